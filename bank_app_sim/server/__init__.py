"""What both servers stand on: the HTTP face, the database, work that is due, ids."""
