"""slow_page.py - a PDF page whose drawing takes as much processor time as one likes.

SPDX-License-Identifier: EUPL-1.2
"""

import zlib

STEPS = (1, 1, 7, 3, 11, 5, 13, 17)  # so that curves cross each other all over the page


def slow_pdf(curves, words=""):
    """`curves` curves across one page: 1,500 are about a second. `words` make it differ from others."""
    drawn = f"% {words}\n0.1 w\n".encode() + b"".join(
        b"%d %d m %d %d %d %d %d %d c S\n" % tuple((i * step) % 840 for step in STEPS)
        for i in range(curves))
    packed = zlib.compress(drawn, 1)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
               b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)]
    written, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return written + b"xref\n0 5\n0000000000 65535 f \n%strailer\n<< /Size 5 /Root 1 0 R >>\n" \
        b"startxref\n%d\n%%%%EOF\n" % (table, len(written))
