/* Preflight.java - holds PDFs against PDF/A-1b with Apache PDFBox, and names their first faults. */
// SPDX-License-Identifier: EUPL-1.2
import java.io.File;
import java.util.List;
import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.parser.PreflightParser;

public class Preflight {
    private static final int FAULTS_SHOWN = 4;

    private static ValidationResult validate(String path) throws Exception {
        PreflightParser parser = new PreflightParser(new File(path));
        parser.parse();
        try (PreflightDocument document = parser.getPreflightDocument()) {
            document.validate();
            return document.getResult();
        }
    }

    private static boolean isValid(String path) {
        try {
            ValidationResult result = validate(path);
            List<ValidationResult.ValidationError> faults = result.getErrorsList();
            for (int i = 0; i < faults.size() && i < FAULTS_SHOWN; i++)
                System.out.println(path + ": " + faults.get(i).getErrorCode() + " "
                        + faults.get(i).getDetails());
            return result.isValid();
        } catch (Exception fault) {
            System.out.println(path + ": " + fault);
            return false;
        }
    }

    public static void main(String[] paths) {
        int invalid = 0;
        for (String path : paths)
            invalid += isValid(path) ? 0 : 1;
        System.out.println(paths.length + " files, " + invalid + " are not PDF/A-1b");
        System.exit(invalid == 0 ? 0 : 1);
    }
}
