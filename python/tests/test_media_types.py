import unittest

from belljar_cells.media_types import HEAD_BYTES, media_type_of


class MediaTypes(unittest.TestCase):
    def test_media_type_of_is_decided_by_the_beginning_where_it_can_be(self):
        self.assertEqual(media_type_of("a.txt", b"\x89PNG\r\n\x1a\n\0\0"), "image/png")
        self.assertEqual(media_type_of("a.wav", b"RIFF\0\0\0\0WAVEfmt "), "audio/wav")
        self.assertEqual(media_type_of("a", b"RIFF\0\0\0\0WEBP"), "image/webp")
        self.assertEqual(media_type_of("a", b"\0\0\0\x20ftypisom"), "video/mp4")

    def test_media_type_of_never_believes_a_name_that_claims_an_image(self):
        self.assertEqual(media_type_of("a.png", b"<html><script>"), "text/plain")
        self.assertEqual(media_type_of("a.png", b"\x01\x02\xff"), "application/octet-stream")

    def test_media_type_of_makes_nothing_active_by_what_it_contains(self):
        self.assertEqual(media_type_of("notes.txt", b"<html>"), "text/plain")
        self.assertEqual(media_type_of("notes", b"<svg xmlns='x'>"), "text/plain")
        self.assertEqual(media_type_of("notes.html", b"<html>"), "text/html")

    def test_media_type_of_tells_archives_apart_by_their_names(self):
        self.assertIn("spreadsheetml", media_type_of("a.xlsx", b"PK\x03\x04"))
        self.assertEqual(media_type_of("a.png", b"PK\x03\x04"), "application/zip")

    def test_media_type_of_takes_text_whose_last_character_is_cut(self):
        cut = ("a" * (HEAD_BYTES - 1) + "é").encode()[:HEAD_BYTES]
        self.assertEqual(media_type_of("a.csv", cut), "text/csv")
        self.assertEqual(media_type_of("a.csv", b"\xe9"), "application/octet-stream")
        self.assertEqual(media_type_of("BM.txt", b"BMW and others"), "text/plain")
        self.assertEqual(media_type_of(".json", b"{}"), "text/plain")
