import __future__
import os
import sys
import tempfile
import unittest

from cell_case import CellCase

from belljar_cells import cells


class Results(CellCase):
    def test_the_last_expression_is_the_result(self):
        self.assertEqual(self.result("a = 20\na + 1"), "21")

    def test_names_stay_from_cell_to_cell(self):
        self.result("a = 20")
        self.assertEqual(self.result("a"), "20")

    def test_nothing_is_told_of_none_a_statement_or_a_semicolon(self):
        for code in ("None", "a = 1", "1 + 1;", "(1);  # hidden", "", "# only a comment", "'ä';"):
            self.assertIsNone(self.result(code), code)

    def test_a_semicolon_elsewhere_silences_nothing(self):
        self.assertEqual(self.result("a = 1; a  # ; no"), "1")
        self.assertEqual(self.result("'a;b'"), "'a;b'")

    def test_windows_line_ends_are_understood(self):
        self.assertEqual(self.result("a = 1\r\na"), "1")

    def test_earlier_results_are_found_by_their_underscores(self):
        self.result("10")
        self.result("20")
        self.assertEqual(self.result("_, __, _1, Out[2], In[1]"), "(20, 10, 10, 20, '10')")

    def test_an_underscore_of_the_users_own_stays(self):
        self.result("for _ in range(3): pass\n'x'")
        self.assertEqual(self.result("_"), "2")

    def test_old_results_are_let_go(self):
        for _ in range(60):
            self.result("object()")
        self.assertEqual(self.result("len(Out), '_1' in globals(), '_60' in globals()"), "(50, False, True)")

    def test_future_statements_hold_for_later_cells(self):
        self.result("from __future__ import annotations")
        self.assertEqual(self.result("def f(a: not_there): pass\nf.__annotations__"), "{'a': 'not_there'}")

    def test_the_mask_holds_every_future_flag(self):
        for name in __future__.all_feature_names:
            flag = getattr(__future__, name).compiler_flag
            if name not in ("nested_scopes", "generators"):  # which are no flags any more
                self.assertTrue(cells.FUTURES & flag, name)


class Surroundings(CellCase):
    def test_cells_run_in_a_main_module_without_a_file(self):
        self.assertEqual(self.result("__name__, '__file__' in globals()"), "('__main__', False)")
        self.assertEqual(self.result("import sys\nsys.argv, sys.modules['__main__'].__dict__ is globals()"), "([''], True)")

    def test_the_namespace_holds_nothing_of_ours(self):
        names = self.result("sorted(name for name in globals() if not name.startswith('__'))")
        self.assertEqual(names, "['In', 'Out']")

    def test_classes_of_cells_can_be_pickled(self):
        code = "import pickle\nclass A: pass\ntype(pickle.loads(pickle.dumps(A()))) is A"
        self.assertEqual(self.result(code), "True")

    def test_dataclasses_work(self):
        code = "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: 'int' = 1\nP()"
        self.assertEqual(self.result(code), "P(x=1)")

    def test_the_source_of_a_function_can_be_read(self):
        self.assertEqual(self.result("def f():\n    return 1\nimport inspect\ninspect.getsource(f)"), repr("def f():\n    return 1\n"))

    def test_a_warning_is_told_once_per_run(self):
        code = "import warnings\nwith warnings.catch_warnings(record=True) as told:\n    warnings.simplefilter('default')\n"
        code += "    for _ in range(3): warnings.warn('careful')\n[(len(told), w.filename, w.lineno) for w in told]"
        self.assertEqual(self.result(code), "[(1, '<cell 1>', 4)]")
        self.assertEqual(self.result(code), "[(1, '<cell 2>', 4)]")


class LateModules(CellCase):
    def setUp(self):
        self.linecache = sys.modules.pop("linecache", None)
        super().setUp()

    def tearDown(self):
        super().tearDown()
        sys.modules["linecache"] = self.linecache

    def test_a_source_is_known_though_linecache_comes_later(self):
        self.result("def f():\n    return 1")
        self.assertEqual(self.result("import linecache\nlinecache.getline('<cell 1>', 2)"), repr("    return 1\n"))


class Errors(CellCase):
    def test_an_error_is_told_with_the_line_that_it_comes_from(self):
        error = self.error("a = 1\n1/0")
        self.assertEqual(error["name"], "ZeroDivisionError")
        self.assertIn('File "<cell 1>", line 2', error["text"])

    def test_a_syntax_error_is_told(self):
        error = self.error("a = (\n  1 +* 2)")
        self.assertEqual(error["name"], "SyntaxError")
        self.assertIn("line 2", error["text"])

    def test_what_ran_before_an_error_stays(self):
        self.error("a = 5\n1/0")
        self.assertEqual(self.result("a"), "5")

    def test_exit_ends_the_cell_only(self):
        self.assertEqual(self.run_cell("a = 7\nraise SystemExit(3)")["code"], 3)
        self.assertEqual(self.result("a"), "7")
        self.assertEqual(self.run_cell("exit()")["status"], "exited")
        self.assertEqual(self.run_cell("import sys\nsys.exit('why')"), {"status": "exited", "code": 1, "count": 4})

    def test_a_missing_module_is_named(self):
        self.assertEqual(self.error("import not_there.part")["missing"], {"module": "not_there"})

    def test_a_missing_module_is_named_though_it_was_caught_and_told_otherwise(self):
        code = "try:\n    import not_there\nexcept ImportError as e:\n    raise ImportError('please install it')"
        self.assertEqual(self.error(code + " from e")["missing"], {"module": "not_there"})
        self.assertEqual(self.error(code + " from None")["missing"], {"module": "not_there"})
        self.assertEqual(self.error(code.replace("raise ImportError('please install it')", "raise"))["missing"]["module"], "not_there")

    def test_nothing_is_missing_when_a_part_of_a_module_is(self):
        for code in ("import json.nothing", "from json import nothing", "from . import x", "raise ImportError('x')"):
            self.assertNotIn("missing", self.error(code), code)

    def test_nothing_is_missing_when_another_error_came_of_doing_without(self):
        code = "try:\n    import not_there\nexcept ImportError:\n    1/0"
        self.assertNotIn("missing", self.error(code))


class Calls(CellCase):
    def test_a_call_gives_the_value_of_its_last_line(self):
        outcome = self.interpreter.call("total = sum(numbers)\n{'total': total}", {"numbers": [1, 2]})
        self.assertEqual(outcome, {"status": "ok", "value": {"total": 3}})

    def test_inputs_are_gone_after_the_call_and_what_they_hid_is_back(self):
        self.result("a = 'mine'")
        self.interpreter.call("a", {"a": 1, "b": 2})
        self.assertEqual(self.result("a, 'b' in globals()"), "('mine', False)")

    def test_a_function_defined_before_sees_the_inputs(self):
        self.result("def double(): return x * 2")
        self.assertEqual(self.interpreter.call("double()", {"x": 4})["value"], 8)

    def test_a_value_that_is_no_json_is_refused_with_its_place(self):
        for code, place in (
            ("{'a': [1, {2}]}", "the result['a'][1] is of type set"),
            ("{1: 2}", "key of type int"),
            ("float('nan')", "nan"),
            ("a = []\na.append(a)\na", "nested too deeply"),
        ):
            self.assertEqual(self.interpreter.call(code, {})["status"], "error")
            self.assertIn(place, self.host.events[-1][1]["text"], code)

    def test_a_call_leaves_the_history_alone(self):
        self.interpreter.call("5", {})
        self.assertEqual(self.result("In, Out"), "(['', 'In, Out'], {})")


class Preloading(CellCase):
    def test_what_cannot_be_imported_is_named(self):
        self.assertEqual(self.interpreter.preload(["json", "not_there"]), ["not_there"])

    def test_the_workspace_is_no_place_to_import_from_before_somebody_asks(self):
        with tempfile.TemporaryDirectory() as workspace:
            with open(os.path.join(workspace, "of_the_workspace.py"), "w"):
                pass
            self.interpreter.workspace = workspace
            sys.path.insert(0, workspace)
            try:
                self.assertEqual(self.interpreter.preload(["of_the_workspace"]), ["of_the_workspace"])
                self.assertEqual(sys.path[0], workspace)
                self.assertEqual(self.result("import of_the_workspace\n1"), "1")
            finally:
                sys.path.remove(workspace)
                sys.modules.pop("of_the_workspace", None)

    def test_a_rehearsal_leaves_nothing_behind(self):
        before = dict(self.interpreter.namespace)
        self.assertEqual(self.interpreter.rehearse(), "[2]")
        self.assertEqual(self.interpreter.namespace, before)
        self.assertEqual(self.interpreter.run("1")["count"], 1)
        self.assertEqual(self.host.events[0][0], "result")


if __name__ == "__main__":
    unittest.main()
