/** A test that ends otherwise inside than outside, and why that is meant to be so. */
export interface Difference {
  /** Matches the whole id of a test, without the leading “test.”; * stands for anything. */
  readonly tests: string;
  readonly inside: 'failed' | 'error' | 'skipped' | 'passed' | 'died' | 'absent';
  readonly reason: string;
  /** The first and the last minor version of Python 3 that has it, where not all do. */
  readonly from?: number;
  readonly to?: number;
}

export const differences: readonly Difference[] = [
  {
    tests: 'test_builtin.TestBreakpoint.test_envar_*',
    inside: 'skipped',
    reason: 'the interpreter is isolated (-I): environment variables of Python do not steer it',
  },
  {
    tests: 'test_fcntl.TestFcntl.test_fcntl_64_bit',
    inside: 'error',
    reason: 'F_NOTIFY is refused: it tells what others do with files that are shown inside',
  },
  {
    tests: 'test_ctypes.test_find.FindLibraryLinux.test_find_library_with_gcc',
    inside: 'failed',
    reason: 'no compiler is shown inside',
  },
  {
    tests: 'test_ctypes.test_find.FindLibraryLinux.test_find_library_with_ld',
    inside: 'failed',
    reason: 'no linker is shown inside',
  },
  {
    tests: 'test_ctypes.test_find.FindLibraryLinux.test_find_on_libpath',
    inside: 'skipped',
    reason: 'no compiler is shown inside',
  },
];
