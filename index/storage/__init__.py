"""What an archive keeps on disk, the database first of all: the truth that everything else follows."""
