import os
import resource
import tempfile
import unittest

import fake_host  # noqa: F401  puts the runner on the path
import numpy
from belljar_cells import state
from restored import live


class StateOfPackagesTest(unittest.TestCase):
    def test_arrays_of_every_kind_come_back_and_can_be_changed(self):
        live(
            [
                """
                import numpy as np
                a = np.arange(12.0).reshape(3, 4)
                f = np.asfortranarray(a)
                part = a[::2, 1:]
                also = a
                held = {'a': a}
                """,
                """
                times = np.array(['2026-01-01', '2026-02-01'], 'datetime64[D]')
                text = np.array(['x', 'yy'])
                rec = np.array([(1, 2.0)], [('n', 'i4'), ('v', 'f8')])
                obj = np.array([[1, 2], 'x', None], dtype=object)
                """,
                """
                empty = np.empty((0, 3), 'i2')
                scalar = np.array(5)
                one = np.float32(2.5)
                fixed = np.arange(3)
                fixed.flags.writeable = False
                masked = np.ma.array([1, 2], mask=[0, 1])
                big = np.ones(100000)
                swapped = np.arange(3, dtype='>i4')
                """,
            ],
            """
            import numpy as np
            assert also is a is held['a']
            assert (a == np.arange(12.0).reshape(3, 4)).all()
            assert f.flags.f_contiguous
            assert not f.flags.c_contiguous
            assert (f == a).all()
            """,
            """
            assert part.tolist() == [[1.0, 2.0, 3.0], [9.0, 10.0, 11.0]]
            assert str(times[1]) == '2026-02-01'
            assert text[1] == 'yy'
            assert rec['v'][0] == 2.0
            assert obj[0] == [1, 2]
            """,
            """
            assert empty.shape == (0, 3)
            assert empty.dtype == 'i2'
            assert scalar.shape == ()
            assert scalar == 5
            assert one == 2.5
            assert type(one) is np.float32
            assert masked.sum() == 1
            assert swapped.dtype == '>i4'
            assert swapped[2] == 2
            """,
            """
            a[0, 0] = 7
            big[0] = 3
            part[0, 0] = 1
            assert held['a'][0, 0] == 7
            try: fixed[0] = 1
            except ValueError: pass
            else: raise AssertionError
            """,
        )

    def test_frames_come_back_with_their_types_and_indexes(self):
        live(
            [
                """
                import pandas as pd, numpy as np
                days = pd.date_range('2026-01-01', periods=2, tz='UTC')
                d = pd.DataFrame({'n': [1, 2], 't': ['a', 'b'], 'c': pd.Categorical(['x', 'y'])}, index=days)
                s = d['n']
                m = d.set_index(['t', 'c'])
                """,
                """
                import polars as pl
                p = pl.DataFrame({'n': [1, None], 't': ['a', 'b']})
                lazy = p.lazy().filter(pl.col('n') > 0)
                """,
            ],
            """
            assert str(d.dtypes['c']) == 'category'
            assert d['n'].tolist() == [1, 2]
            assert str(d.index.tz) == 'UTC'
            assert m.index.nlevels == 2
            assert s.sum() == 3
            """,
            "d.loc[d.index[0], 'n'] = 5\nassert d['n'].iloc[0] == 5",
            "assert p.shape == (2, 2) and p['n'][1] is None and lazy.collect().shape == (1, 2)",
        )

    def test_a_large_array_is_not_copied_on_its_way(self):
        array = numpy.ones(25_000_000)  # 200 MB
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state")
            before = peak()
            state.save({"array": array, "shown": array.reshape(5000, 5000)[::1]}, path)
            self.assertLess(peak() - before, 50_000_000)
            self.assertGreater(os.stat(path).st_size, 200_000_000)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    unittest.main()
