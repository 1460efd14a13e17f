/** Modules of Python's own tests that say something about where code runs; a name that a version lacks is left out there. */
export const allModules: readonly string[] = `
  test_asyncgen test_asyncio test_atexit test_builtin test_bz2 test_capi.test_misc test_compileall test_concurrent_futures
  test_contextlib test_ctypes test_dbm test_decimal test_descr test_eintr test_email test_epoll test_exceptions
  test_faulthandler test_fcntl test_file test_fileio test_float test_fork1 test_ftplib test_functools test_gc test_getpass
  test_glob test_grp test_gzip test_hashlib test_httpservers test_importlib test_io test_json test_locale
  test_logging test_lzma test_mailbox test_math test_mmap test_multiprocessing_fork test_multiprocessing_forkserver
  test_multiprocessing_spawn test_openpty test_os test_pathlib test_pickle test_platform test_poll test_posix test_pty
  test_pwd test_queue test_random test_re test_resource test_runpy test_select test_selectors test_shelve test_shutil
  test_signal test_site test_smtplib test_socket test_sqlite3 test_ssl test_stat test_statistics
  test_struct test_subprocess test_sys test_sysconfig test_syslog test_tarfile test_tempfile test_termios test_thread
  test_threadedtempfile test_threading test_threading_local test_threadsignals test_time test_tracemalloc test_tty
  test_urllib2_localnet test_uuid test_venv test_wait3 test_wait4 test_warnings test_weakref test_xml_etree test_xmlrpc
  test_zipfile test_zlib test_zoneinfo`
  .split(/\s+/)
  .filter((name) => name !== '');

/** What takes a few seconds and needs much of what a sandbox can break: threads, sockets, terminals, files, libraries. */
export const sampleModules: readonly string[] =
  'test_ctypes test_fcntl test_mmap test_posix test_pty test_sqlite3 test_tempfile test_threadsignals'.split(' ');

/** A minute or two each: what begins with them is done sooner. */
export const slowModules: readonly string[] =
  'test_asyncio test_concurrent_futures test_multiprocessing_forkserver test_multiprocessing_spawn'.split(' ');
