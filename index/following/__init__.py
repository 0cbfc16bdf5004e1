"""What was published since: feeds, sitemaps and pages, fetched when asked, kept as they came, and added."""
