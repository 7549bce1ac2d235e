# Seconds that the long tests take, so that they begin first: a long one that begins last is waited
# for by an idle processor. Those that are not here take a few seconds at most. The order is all that
# matters; check.sh prints what each took.
# SPDX-License-Identifier: EUPL-1.2
set(costs
    test_dispatch=75 exports=67 browser_ops=65 browser_pages=62 kill=62 crash=60 kill_on_postgresql=48
    ledger_on_postgresql=42 test_read_scans=37 zoo=36 test_run=35 test_intake=32 test_recovery=26
    test_reader=26 test_monitor=24 browser_caseworker=20 move_to_postgresql=18 test_doctor=16
    test_pages=14 unreachable=14 browser_portal=14 zoo_table=13 offices_on_postgresql=13
    test_messaging_keys=12 test_page=11 test_proof_export=11 test_blank=10 samples=10 test_zygote=9
    test_dispatch_door=8 test_register=8 handover=8 letters_in_batches=8 notice_on_postgresql=7
    test_portal_live=7 test_portal_factor=7 test_verbs=7 test_ledger_job=7 test_learn=7)
foreach(cost ${costs})
    string(REPLACE "=" ";" cost "${cost}")
    list(GET cost 0 name)
    list(GET cost 1 seconds)
    set(cost_of_${name} ${seconds})
endforeach()

# Tells ctest about a test of this name.
function(posteingang_test_cost name)
    if(DEFINED cost_of_${name})
        set_tests_properties(${name} PROPERTIES COST ${cost_of_${name}})
    endif()
endfunction()
