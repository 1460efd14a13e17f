import sys
import unittest

from restored import live


class StateTest(unittest.TestCase):
    def test_plain_values_come_back_as_they_were(self):
        life = live(
            [
                """
                a = {'n': [1, 2.5, None, True, 'ü', b'x', (1,), {3}, 1j]}
                _b = 2**100
                import datetime
                c = datetime.date(2026, 1, 2)
                """
            ],
            "assert a == {'n': [1, 2.5, None, True, 'ü', b'x', (1,), {3}, 1j]} and _b == 2**100",
            "assert c.year == 2026",
        )
        self.assertEqual(sorted(life.restored["restored"]), ["_b", "a", "c", "datetime"])

    def test_the_names_of_the_interpreter_are_no_part_of_it(self):
        life = live(["1 + 1", "x = 3\nx"], "assert x == 3")
        self.assertEqual(life.saved["saved"], ["x"])

    def test_what_two_names_share_they_share_again(self):
        live(
            ["a = [1]\nb = a\nc = {'a': a}\na.append(a)"],
            "assert a is b and c['a'] is a and a[1] is a and a[0] == 1",
        )

    def test_modules_are_imported_again_under_their_own_names(self):
        live(
            [
                """
            import json as j, os.path
            from math import sqrt
            holder = [j]
            """
            ],
            "assert j.dumps([1]) == '[1]' and os.path.sep == '/' and sqrt(4) == 2 and holder[0] is j",
        )

    def test_functions_work_with_the_names_of_the_new_session(self):
        live(
            [
                """
                factor = 2
                def double(x, y=[1], *, z=3) -> int:
                    'Doubles.'
                    return x * factor + z + y[0]
                double.mark = 1
                """,
                """
                triple = lambda x: x * 3
                def even(n): return n == 0 or odd(n - 1)
                def odd(n): return n != 0 and even(n - 1)
                """,
            ],
            """
            assert double(1) == 6
            assert double.__doc__ == 'Doubles.'
            assert double.mark == 1
            assert double.__module__ == '__main__'
            """,
            """
            factor = 10
            assert double(1) == 14 and double.__annotations__ == {'return': int}
            """,
            "assert triple(2) == 6 and even(10) and not odd(10)",
            "import inspect\nassert 'return x * factor' in inspect.getsource(double)",
        )

    def test_closures_keep_what_they_share(self):
        live(
            [
                """
                def make():
                    n = 0
                    def up():
                        nonlocal n
                        n += 1
                        return n
                    def get(): return n
                    return up, get
                up, get = make()
                up()
                """,
                """
                def outer():
                    def fact(n): return 1 if n < 2 else n * fact(n - 1)
                    return fact
                fact = outer()
                """,
            ],
            "assert get() == 1 and up() == 2 and get() == 2 and fact(5) == 120",
        )

    def test_decorated_functions_stay_decorated(self):
        live(
            [
                """
                import functools, contextlib
                def loud(f):
                    @functools.wraps(f)
                    def inner(*a): return f(*a) + '!'
                    return inner
                @loud
                def hi(): return 'hi'
                @functools.lru_cache(maxsize=7)
                def slow(x): return x + 1
                slow(1)
                """,
                """
                @contextlib.contextmanager
                def within(): yield 5
                part = functools.partial(slow, 4)
                """,
            ],
            "assert hi() == 'hi!' and slow(2) == 3 and slow.cache_parameters()['maxsize'] == 7 and part() == 5",
            "with within() as v: assert v == 5",
        )

    def test_async_functions_and_generator_functions_run_again(self):
        live(
            [
                """
                import asyncio
                async def wait(): return 3
                def count():
                    yield from range(3)
                """
            ],
            "assert await wait() == 3 and list(count()) == [0, 1, 2]",
        )


class ClassesTest(unittest.TestCase):
    def test_instances_are_of_the_restored_classes(self):
        live(
            [
                """
                class Base:
                    count = 0
                    def __init__(self, n): self.n = n
                    @property
                    def twice(self): return self.n * 2
                    @staticmethod
                    def s(): return 's'
                    @classmethod
                    def make(cls): return cls(1)
                class Child(Base):
                    def __init__(self, n):
                        super().__init__(n)
                        self.me = self
                c = Child(4)
                b = [Base(1), c]
                bound = c.make
                """,
            ],
            """
            assert type(c) is Child
            assert isinstance(c, Base)
            assert c.me is c
            assert c.twice == 8
            assert b[1] is c
            assert type(b[0]) is Base
            """,
            """
            assert Child(5).n == 5
            assert Child.make().n == 1
            assert c.s() == 's'
            assert type(bound()) is Child
            assert Child.__qualname__ == 'Child'
            """,
        )

    def test_dataclasses_named_tuples_and_enums_are_what_they_were(self):
        live(
            [
                """
                from dataclasses import dataclass, field
                import enum, typing, collections
                @dataclass(order=True, frozen=True)
                class P:
                    x: int
                    tags: list = field(default_factory=list, compare=False)
                p = P(1)
                """,
                """
                class Color(enum.Enum):
                    'Colours.'
                    RED = 1
                    BLUE = 'b'
                    CRIMSON = 1
                    def shout(self): return self.name.upper()
                    @classmethod
                    def first(cls): return cls.RED
                class F(enum.IntFlag):
                    A = 1
                    B = 2
                r = Color.RED
                ab = F.A | F.B
                """,
                """
                N = collections.namedtuple('N', 'a b', defaults=[2])
                class T(typing.NamedTuple):
                    a: int
                    b: str = 'x'
                    def both(self): return (self.a, self.b)
                n = N(1)
                t = T(3)
                """,
            ],
            """
            import dataclasses
            assert p == P(1)
            assert P(1) < P(2)
            assert repr(p) == 'P(x=1, tags=[])'
            assert P(3).tags == []
            assert dataclasses.asdict(p) == {'x': 1, 'tags': []}
            """,
            "assert [f.name for f in dataclasses.fields(P)] == ['x', 'tags'] and dataclasses.replace(p, x=2).x == 2",
            """
            @dataclass(order=True, frozen=True)
            class Q(P):
                y: int = 0
            assert Q(1).y == 0
            """,
            """
            assert r is Color.RED is Color(1) is Color.CRIMSON
            assert r.shout() == 'RED'
            assert Color.first() is r
            assert list(Color) == [Color.RED, Color.BLUE]
            assert ab == 3
            assert isinstance(ab, F)
            assert Color.__doc__ == 'Colours.'
            """,
            """
            assert n == N(1, 2)
            assert n.b == 2
            assert type(n) is N
            assert t.both() == (3, 'x')
            assert type(t) is T
            assert N(5).b == 2
            """,
        )

    def test_slots_abstract_classes_metaclasses_and_generics_are_kept(self):
        live(
            [
                """
                import abc, typing
                class S:
                    __slots__ = ('a', '__dict__')
                s = S()
                s.a = 1
                s.z = 2
                class A(abc.ABC):
                    @abc.abstractmethod
                    def f(self): ...
                class B(A):
                    def f(self): return 1
                b = B()
                """,
                """
                class Meta(type):
                    def __call__(cls, *a): return ('made', cls.__name__)
                class M(metaclass=Meta): pass
                """,
                """
                X = typing.TypeVar('X')
                class Box(typing.Generic[X]):
                    def __init__(self, v: X): self.v = v
                box = Box[int](3)
                """,
            ],
            """
            assert s.a == 1
            assert s.z == 2
            assert b.f() == 1
            assert isinstance(b, A)
            assert M() == ('made', 'M')
            assert type(M) is Meta
            """,
            "try: A()\nexcept TypeError: pass\nelse: raise AssertionError",
            "assert box.v == 3 and type(box) is Box and Box[str](1).v == 1",
        )

    @unittest.skipIf(sys.version_info < (3, 12), "a syntax of Python 3.12")
    def test_type_parameters_are_kept(self):
        live(
            [
                """
                class Box[T]:
                    def __init__(self, v: T): self.v = v
                def first[U](x: list[U]) -> U: return x[0]
                b = Box[int](3)
                """
            ],
            "assert b.v == 3 and type(b) is Box and first([1]) == 1 and Box[str]('x').v == 'x'",
        )

    def test_a_base_that_counts_its_children_does_not_count_them_twice(self):
        live(
            [
                """
                class Plug:
                    known = []
                    def __init_subclass__(cls, key, **k):
                        super().__init_subclass__(**k)
                        cls.known.append((key, cls))
                class One(Plug, key='one'): pass
                also = One()
                """
            ],
            "assert Plug.known == [('one', One)] and type(also) is One",
            "class Two(Plug, key='two'): pass\nassert len(Plug.known) == 2",
        )

    def test_classes_of_a_function_and_their_mutual_words_are_kept(self):
        live(
            [
                """
                import functools
                def make():
                    class Node:
                        def __init__(self, next=None): self.next = next
                        def again(self): return Node(self)
                        @functools.cached_property
                        def deep(self): return 1 + (self.next.deep if self.next else 0)
                    return Node
                Node = make()
                n = Node().again()
                """
            ],
            """
            assert n.deep == 2
            assert type(n) is Node
            assert type(n.again()) is Node
            assert Node.__qualname__ == 'make.<locals>.Node'
            """,
        )


if __name__ == "__main__":
    unittest.main()
