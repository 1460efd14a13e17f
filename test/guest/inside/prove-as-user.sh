# Sourced in the guest as an ordinary user who is logged in: what holds there with and without delegated groups.
uname -r
stat -fc %T /sys/fs/cgroup
./belljar doctor
systemd-run --user --quiet --scope --property=Delegate=yes ./belljar doctor
node --disable-warning=ExperimentalWarning --test --test-timeout=600000 test/guest/inside/as-user.ts || exit
systemd-run --user --quiet --scope --property=Delegate=yes ./belljar doctor --prove
