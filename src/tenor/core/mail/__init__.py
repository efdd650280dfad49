"""Mail that is to go out, as rows; sending is the worker's."""
