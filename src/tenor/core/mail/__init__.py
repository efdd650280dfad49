"""Mail that is to go out, as rows; what it says and how it is sent is `post`'s."""
