"""How bytes reach DES and come back. The only room that imports an HTTP library."""
