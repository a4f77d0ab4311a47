"""The image as it is shipped, in containers, with what it needs beside it: `make smoke`."""
