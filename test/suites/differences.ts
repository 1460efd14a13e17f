/** A test that ends otherwise inside than outside, and why that is meant to be so. */
export interface Difference {
  /** Matches the whole id of a test, without the leading “test.”; * stands for anything. */
  readonly tests: string;
  /** “varies” is for tests that say so themselves: any outcome will do. */
  readonly inside: 'failed' | 'error' | 'skipped' | 'passed' | 'died' | 'absent' | 'varies';
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
  {
    tests: 'test_importlib.test_threaded_import.ThreadedImportTests.test_circular_imports',
    inside: 'error',
    reason: 'the library is read-only inside, where the removal of what is not there fails with EROFS',
  },
  {
    tests: 'test_importlib.test_threaded_import.ThreadedImportTests.test_side_effect_import',
    inside: 'error',
    reason: 'the library is read-only inside, where the removal of what is not there fails with EROFS',
  },
  {
    tests: 'test_pickle.*.test_unpickle_module_race',
    inside: 'error',
    reason: 'the library is read-only inside, where the removal of what is not there fails with EROFS',
  },
  {
    tests: 'test_runpy.RunModuleTestCase.test_run_*',
    inside: 'error',
    reason: 'the library is read-only inside, where the removal of what is not there fails with EROFS',
  },
  {
    tests: 'test_resource.ResourceTest.test_fsize_ismax',
    inside: 'failed',
    reason: 'the size of files is limited, and an ordinary user may not raise a limit',
  },
  {
    tests: 'test_shutil.TestArchives.test_zipfile_vs_zip',
    inside: 'skipped',
    reason: 'zip is not among the programs that are shown inside',
  },
  {
    tests: 'test_site.HelperFunctionsTests.test_s_option',
    inside: 'skipped',
    reason: 'the interpreter is isolated (-I): a user’s own site packages are not on its path',
  },
  {
    tests: 'test_site.StartupImportTests.test_startup_imports',
    inside: 'passed',
    reason: 'it is skipped outside, where other packages are installed beside the interpreter',
  },
  {
    tests: 'test_ssl.TestSSLDebug.test_keylog_env',
    inside: 'skipped',
    reason: 'the interpreter is isolated (-I): environment variables of Python do not steer it',
  },
  {
    tests: 'test_socket.*UDPLITE*',
    inside: 'error',
    reason: 'the filter allows no protocols but TCP and UDP',
  },
  {
    tests: 'test_sysconfig.TestSysConfig.test_get_config_h_filename',
    inside: 'failed',
    reason: 'the headers of Python are not shown inside, where nothing is compiled',
  },
  {
    tests: 'test_tracemalloc.TestTracemallocEnabled.test_snapshot',
    inside: 'varies',
    reason: 'it counts the frames below it, of which the runner has its own',
  },
  {
    tests: 'test_uuid.*_ip_getnode',
    inside: 'skipped',
    reason: 'ip is not among the programs that are shown inside',
  },
  {
    tests: 'test_uuid.*_ifconfig_getnode',
    inside: 'skipped',
    reason: 'ifconfig is not among the programs that are shown inside',
  },
];
