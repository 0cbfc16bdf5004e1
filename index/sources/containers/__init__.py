"""Files that hold other files: ZIP, mail, saved pages with their pictures, web archives."""
