"""The engines that search passages: by words and by vectors. They follow the database."""
