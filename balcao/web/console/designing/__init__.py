"""What the pages that design processes are made of: the picture, the words, and the reading of their forms."""
