# Sourced in the guest as root: what there is, and whether the sandbox holds there.
uname -r
stat -fc %T /sys/fs/cgroup
./belljar doctor
doctor=$?
belljar_test() { node --disable-warning=ExperimentalWarning --test --test-timeout=600000 "$@"; }
# One file after the other: time limits are part of what is tested, and an emulated guest is slow.
belljar_test --test-concurrency=1 'src/sandbox/**/*.test.ts' 'test/glass/*.test.ts'
tests=$?
belljar_test test/guest/inside/as-root.ts
inside=$?
[ $doctor = 0 ] && [ $tests = 0 ] && [ $inside = 0 ]
