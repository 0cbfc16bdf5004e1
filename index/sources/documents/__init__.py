"""Documents: PDF, Word, OpenDocument, RTF, EPUB and spreadsheets."""
