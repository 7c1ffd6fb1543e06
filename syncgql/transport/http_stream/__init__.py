"""Operations whose results arrive one by one in the body of an HTTP response."""
