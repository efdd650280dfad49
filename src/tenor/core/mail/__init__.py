"""Mail that is to go out, as deliveries; what it says and how it is sent is `post`'s."""
