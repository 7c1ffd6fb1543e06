"""The URLs of the views."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("", views.books),
    path("books/<str:id>/", views.book),
    path("catalogue/", views.catalogue),
    path("upload/", views.upload),
]
