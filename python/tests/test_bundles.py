import base64
import json
import unittest
from unittest import mock

from belljar_cells.bundles import CUT, HOOKS, bundle_of


def make(**methods):
    return type("Thing", (), {"__repr__": lambda self: "thing", **methods})()


class BundleOfTest(unittest.TestCase):
    def test_it_gives_text_where_there_is_nothing_else(self):
        self.assertEqual(bundle_of([1, "a"]), ({"text/plain": "[1, 'a']"}, {}))

    def test_it_asks_every_hook_in_jupyters_order(self):
        answers = {"_repr_json_": {"a": 1}, "_repr_png_": b"png", "_repr_jpeg_": b"jpeg", "_repr_pdf_": b"%PDF"}
        methods = {name: (lambda answer: lambda self: answer)(answers.get(name, name)) for name, _ in HOOKS}
        data, _ = bundle_of(make(**methods))
        self.assertEqual(list(data), [mime for _, mime in HOOKS] + ["text/plain"])
        self.assertEqual(data["text/html"], "_repr_html_")
        self.assertEqual(data["application/json"], {"a": 1})
        self.assertEqual(base64.b64decode(data["image/png"]), b"png")

    def test_it_prefers_the_mime_bundle_and_fills_in_the_rest(self):
        def bundle(self, include, exclude):
            return {"text/html": "bundle", "image/png": b"\x00", "text/plain": "mine"}, {"image/png": {"width": 1}}

        data, metadata = bundle_of(make(_repr_mimebundle_=bundle, _repr_html_=lambda self: "hook", _repr_latex_=lambda self: "$x$"))
        self.assertEqual(data, {"text/html": "bundle", "image/png": "AA==", "text/plain": "mine", "text/latex": "$x$"})
        self.assertEqual(metadata, {"image/png": {"width": 1}})

    def test_it_takes_metadata_from_a_hook(self):
        data, metadata = bundle_of(make(_repr_png_=lambda self: (b"\x00", {"width": 3})))
        self.assertEqual((data["image/png"], metadata), ("AA==", {"image/png": {"width": 3}}))

    def test_it_leaves_out_what_raises_or_is_not_what_its_type_promises(self):
        def fail(self):
            raise SystemExit("no")

        wrong = {
            "_repr_html_": lambda self: b"bytes",
            "_repr_markdown_": lambda self: None,
            "_repr_svg_": lambda self: 5,
            "_repr_latex_": fail,
            "_repr_json_": lambda self: {"a": object()},
            "_repr_mimebundle_": lambda self, **_: ["no bundle"],
            "_repr_javascript_": "not a method",
            "_repr_png_": lambda self, more: b"wrong arguments",
        }
        self.assertEqual(bundle_of(make(**wrong)), ({"text/plain": "thing"}, {}))
        self.assertIn("text/html", bundle_of(make(**{**wrong, "_repr_html_": lambda self: "<b>"}))[0])

    def test_it_never_asks_a_class_for_the_hooks_of_its_instances(self):
        kind = type("Kind", (), {"_repr_html_": lambda self=None: "html", "__module__": "m"})
        self.assertEqual(bundle_of(kind), ({"text/plain": "m.Kind"}, {}))
        self.assertIn("text/html", bundle_of(kind())[0])

    def test_it_is_not_fooled_by_objects_that_have_every_attribute(self):
        class Yes:
            def __getattr__(self, name):
                return lambda *_, **__: "yes"

        for value in (Yes(), mock.Mock(), mock.MagicMock(), mock.call):
            with self.subTest(value):
                self.assertEqual(list(bundle_of(value)[0]), ["text/plain"])

    def test_it_is_not_fooled_by_a_class_that_is_made_up(self):
        class Liar:
            __class__ = property(lambda self: type)

            def _repr_html_(self):
                return "html"

        self.assertEqual(bundle_of(Liar())[0]["text/html"], "html")

    def test_it_makes_json_of_what_json_can_carry(self):
        value = {"nan": float("nan"), "inf": [float("-inf")], 1: "key", "tuple": (1, 2)}
        data, _ = bundle_of(make(_repr_json_=lambda self: value))
        self.assertEqual(data["application/json"], {"nan": None, "inf": [None], "1": "key", "tuple": [1, 2]})
        data, _ = bundle_of(make(_repr_json_=lambda self: '{"a": 1}'))
        self.assertEqual(data["application/json"], {"a": 1})

    def test_it_leaves_out_the_largest_until_the_rest_fits_and_says_so(self):
        thing = make(_repr_html_=lambda self: "h" * 900, _repr_latex_=lambda self: "l" * 200, _repr_png_=lambda self: b"p" * 3000)
        data, metadata = bundle_of(thing, limit_bytes=1000)
        self.assertEqual(set(data), {"text/latex", "text/plain"})
        self.assertEqual(metadata, {CUT: {"limitBytes": 1000, "leftOut": {"image/png": 4000, "text/html": 900}}})

    def test_it_cuts_a_text_beyond_the_limit(self):
        data, metadata = bundle_of(make(_repr_mimebundle_=lambda self, **_: {"text/plain": "x" * 2000}), limit_bytes=1000)
        self.assertEqual(data["text/plain"], "x" * 82 + "…")
        self.assertEqual(metadata[CUT]["leftOut"], {"text/plain": 2000})

    def test_it_bounds_a_bundle_of_many_types(self):
        data, _ = bundle_of(make(_repr_mimebundle_=lambda self, **_: {"x/%d" % index: "" for index in range(10_000)}))
        self.assertLess(len(data), 100)
        self.assertIn("text/plain", data)

    def test_it_gives_nothing_that_json_cannot_carry(self):
        hostile = {"text/html": "\ud800", 5: "x", "a/b": 3, "c/d": object(), "e+json": [{"deep": {1, 2}}]}
        data, _ = bundle_of(make(_repr_mimebundle_=lambda self, **_: (hostile, {"text/html": {"x": float("nan")}})))
        self.assertEqual(set(data), {"text/html", "text/plain"})
        json.dumps(bundle_of(make(_repr_mimebundle_=lambda self, **_: (hostile, "no")))[0], allow_nan=False)

    def test_it_makes_plain_strings_of_their_subclasses(self):
        class Loud(str):
            def __str__(self):
                return "LOUD"

        data, _ = bundle_of(make(_repr_html_=lambda self: Loud("quiet")))
        self.assertIs(type(data["text/html"]), str)
        self.assertEqual(data["text/html"], "quiet")

    def test_it_is_not_fooled_by_texts_that_lie_about_their_length(self):
        class Liar(str):
            def __len__(self):
                return 3

        data, _ = bundle_of(make(_repr_mimebundle_=lambda self, **_: {Liar("a/" * 1000): "x", "text/html": Liar("x" * 20_000_000)}))
        self.assertEqual(list(data), ["text/plain"])

    def test_it_asks_no_more_of_a_bundle_without_end(self):
        class Endless(dict):
            def items(self):
                return iter(lambda: ("text/html", "x"), None)

        self.assertEqual(set(bundle_of(make(_repr_mimebundle_=lambda self, **_: Endless()))[0]), {"text/html", "text/plain"})

    def test_it_lets_an_interrupt_through(self):
        def slow(self, **_):
            raise KeyboardInterrupt

        for name in ("_repr_html_", "_repr_mimebundle_"):
            with self.subTest(name), self.assertRaises(KeyboardInterrupt):
                bundle_of(make(**{name: slow}))
