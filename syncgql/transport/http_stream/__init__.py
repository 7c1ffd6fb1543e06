"""Operations whose results arrive as a stream, in the body of an HTTP response."""
