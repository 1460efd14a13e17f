import { socketOptions } from './socket-options.ts';

/**
 * What code behind glass may ask the kernel for, as a person reads it: what is not listed does not exist for it.
 * Numbers are looked up per architecture; a name that an architecture lacks is left out there.
 */
export const allowedCalls: Readonly<Record<string, string>> = {
  files: `read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 open openat openat2 creat close
    close_range lseek stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents
    getdents64 truncate ftruncate fallocate fadvise64 readahead fsync fdatasync sync_file_range syncfs sync flock
    dup dup2 dup3 pipe pipe2 tee splice vmsplice sendfile copy_file_range statfs fstatfs umask utime utimes utimensat
    futimesat cachestat`,
  'names and owners': `mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat chmod
    fchmod fchmodat fchmodat2 chown fchown lchown fchownat mknod mknodat getcwd chdir fchdir chroot getxattr lgetxattr
    fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr`,
  waiting: `select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old
    epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime`,
  memory: `munmap mremap mprotect madvise brk mincore msync mlock mlock2 mlockall munlock munlockall
    pkey_alloc pkey_free pkey_mprotect get_mempolicy membarrier process_mrelease map_shadow_stack mseal`,
  processes: `fork vfork execve execveat exit exit_group wait4 waitid getpid getppid gettid getpgid setpgid getpgrp
    getsid setsid set_tid_address arch_prctl getcpu sched_yield sched_getaffinity sched_setaffinity sched_getattr
    sched_getparam sched_getscheduler sched_setattr sched_setparam sched_setscheduler sched_get_priority_max
    sched_get_priority_min sched_rr_get_interval getpriority setpriority getrlimit setrlimit prlimit64 getrusage times
    sysinfo uname pidfd_open pidfd_send_signal ioprio_get ioprio_set rseq set_robust_list get_robust_list
    restart_syscall landlock_create_ruleset landlock_add_rule landlock_restrict_self`,
  'users and rights': `getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid setregid
    setresuid setresgid setgroups setfsuid setfsgid capget capset`,
  signals: `kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigpending rt_sigqueueinfo rt_tgsigqueueinfo rt_sigreturn
    rt_sigsuspend rt_sigtimedwait sigaltstack pause`,
  time: `time gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep alarm getitimer setitimer timer_create
    timer_settime timer_gettime timer_getoverrun timer_delete`,
  'locks and queues': `futex futex_waitv futex_wake futex_wait futex_requeue semget semctl semop semtimedop shmat
    shmctl shmdt msgget msgctl msgsnd msgrcv mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr`,
  sockets: `bind listen accept accept4 connect getsockname getpeername getsockopt shutdown sendto recvfrom
    sendmsg recvmsg sendmmsg recvmmsg`,
  random: 'getrandom',
};

/** Known and refused with EPERM, so that programs which try them report what they expect from a sandbox. */
export const refusedCalls: Readonly<Record<string, string>> = {
  'namespaces and mounts': `unshare setns mount umount2 pivot_root open_tree move_mount fsopen fsconfig fsmount fspick
    mount_setattr name_to_handle_at open_by_handle_at`,
  'other processes': 'ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd',
  'large surfaces of the kernel': `bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
    fanotify_init fanotify_mark lookup_dcookie modify_ldt memfd_secret`,
  keyrings: 'keyctl add_key request_key',
  // Watches on files of the host that are shown inside tell who on the machine opens them.
  'what others do': 'inotify_init inotify_init1 inotify_add_watch inotify_rm_watch',
  // One quota for the whole machine.
  'asynchronous I/O': 'io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents',
  'the machine itself': `kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff
    sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex acct quotactl quotactl_fd syslog vhangup
    iopl ioperm nfsservctl move_pages migrate_pages mbind set_mempolicy set_mempolicy_home_node`,
};

/** One argument, of which the masked bits are compared; the kernel looks at 32 bits of each of these. */
export interface ArgumentTest {
  readonly argument: number;
  readonly mask: number;
  readonly values: readonly number[];
}

/** A call that is allowed for some arguments only: all tests must hold, or it fails with the errno. */
export interface ConditionalCall {
  readonly name: string;
  readonly why: string;
  /** Alternatives: one whose tests all hold is enough. */
  readonly allowedWhen: readonly (readonly ArgumentTest[])[];
  readonly otherwise: number;
}

export const EPERM = 1;
export const ENOTTY = 25;
export const ENOSYS = 38;
export const ENOPROTOOPT = 92;
export const EAFNOSUPPORT = 97;

const allBits = 0xffffffff;

/** All CLONE_NEW* flags of clone(): mount, cgroup, uts, ipc, user, pid, net. (Time is out of clone()'s reach.) */
const namespaceFlags = 0x7e020000;

const unix = 1;
const inet = 2;
const inet6 = 10;
const netlink = 16;

const stream = 1;
const datagram = 2;
const raw = 3;
const sequenced = 5;

/** Without what is added for non-blocking and close-on-exec. */
const socketTypeBits = 0xf;

/** The protocol follows from the type: with 0 the kernel takes the first of that type, which need not be this one. */
const internetSockets = [inet, inet6].flatMap((family) =>
  [
    { type: stream, protocols: [0, 6] },
    { type: datagram, protocols: [0, 17] },
  ].map(({ type, protocols }): readonly ArgumentTest[] => [
    { argument: 0, mask: allBits, values: [family] },
    { argument: 1, mask: socketTypeBits, values: [type] },
    { argument: 2, mask: allBits, values: protocols },
  ]),
);

export const conditionalCalls: readonly ConditionalCall[] = [
  {
    name: 'clone',
    why: 'processes and threads, but no new namespace',
    allowedWhen: [[{ argument: 0, mask: namespaceFlags, values: [0] }]],
    otherwise: EPERM,
  },
  {
    name: 'socket',
    why: 'unix, TCP and UDP sockets, and the route table of its own network namespace',
    allowedWhen: [
      [
        { argument: 0, mask: allBits, values: [unix] },
        { argument: 1, mask: socketTypeBits, values: [stream, datagram, sequenced] },
      ],
      ...internetSockets,
      [
        { argument: 0, mask: allBits, values: [netlink] },
        { argument: 2, mask: allBits, values: [0] },
        { argument: 1, mask: socketTypeBits, values: [datagram, raw] },
      ],
    ],
    otherwise: EAFNOSUPPORT,
  },
  {
    name: 'socketpair',
    why: 'unix sockets',
    allowedWhen: [[{ argument: 0, mask: allBits, values: [unix] }]],
    otherwise: EAFNOSUPPORT,
  },
  {
    name: 'setsockopt',
    why: 'what programs tune on their sockets (socket-options.ts)',
    allowedWhen: Object.values(socketOptions).map(({ level, names }) => [
      { argument: 1, mask: allBits, values: [level] },
      { argument: 2, mask: allBits, values: names },
    ]),
    otherwise: ENOPROTOOPT,
  },
  {
    name: 'seccomp',
    why: 'asking what there is, but no filters: their compiled code is a pool of the machine, outside the memory limit',
    allowedWhen: [[{ argument: 0, mask: allBits, values: [2, 3] }]],
    otherwise: EPERM,
  },
  {
    name: 'mmap',
    why: 'memory, but no huge pages: these are a pool of the machine, outside the memory limit',
    allowedWhen: [[{ argument: 3, mask: 0x40000, values: [0] }]],
    otherwise: EPERM,
  },
  {
    name: 'memfd_create',
    why: 'files in memory, but no huge pages',
    allowedWhen: [[{ argument: 1, mask: 0x4, values: [0] }]],
    otherwise: EPERM,
  },
  {
    name: 'shmget',
    why: 'shared memory, but no huge pages',
    allowedWhen: [[{ argument: 2, mask: 0o4000, values: [0] }]],
    otherwise: EPERM,
  },
  {
    name: 'fcntl',
    why: 'descriptors, locks, pipes and seals, but no word of what others do with a file (F_NOTIFY, F_SETLEASE)',
    allowedWhen: [
      [
        {
          argument: 1,
          mask: allBits,
          // F_DUPFD to F_GETSIG, F_SETOWN_EX to F_GETOWNER_UIDS, open-file-description locks, F_DUPFD_CLOEXEC to the write hints.
          values: [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 17, 36, 37, 38, 1030, 1031, 1032, 1033, 1034, 1035, 1036,
            1037, 1038,
          ],
        },
      ],
    ],
    otherwise: EPERM,
  },
  {
    name: 'personality',
    why: 'asking for it, and the usual one',
    allowedWhen: [[{ argument: 0, mask: allBits, values: [0, allBits] }]],
    otherwise: EPERM,
  },
  {
    name: 'ioctl',
    why: 'terminals of its own without pushing input into them, and what files and sockets are asked',
    allowedWhen: [
      [
        {
          argument: 1,
          mask: allBits,
          // TCGETS to TCSETSF, TCSBRK, TCXONC, TCFLSH, TCSBRKP, TIOCSCTTY, TIOCGPGRP, TIOCSPGRP, TIOCOUTQ, TIOCGWINSZ, TIOCSWINSZ, FIONREAD, FIONBIO, TIOCNOTTY,
          // FIONCLEX, FIOCLEX, FIOASYNC, TIOCGPTN, TIOCSPTLCK, TIOCGPTPEER; interface names, addresses, flags, indexes.
          values: [
            0x5401, 0x5402, 0x5403, 0x5404, 0x5409, 0x540a, 0x540b, 0x5425, 0x540e, 0x540f, 0x5410, 0x5411, 0x5413,
            0x5414, 0x541b, 0x5421, 0x5422, 0x5450, 0x5451, 0x5452, 0x80045430, 0x40045431, 0x5441, 0x8910, 0x8912,
            0x8913, 0x8915, 0x8919, 0x891b, 0x8921, 0x8927, 0x8933,
          ],
        },
      ],
    ],
    otherwise: ENOTTY,
  },
  {
    name: 'prctl',
    why: 'names, death signals, subreaping, dumpability and the giving up of rights',
    allowedWhen: [
      [
        {
          argument: 0,
          mask: allBits,
          // (S|G)ET_PDEATHSIG, DUMPABLE, KEEPCAPS, NAME, SECCOMP (get), CAPBSET, SECUREBITS, TIMERSLACK, CHILD_SUBREAPER,
          // NO_NEW_PRIVS, GET_TID_ADDRESS, CAP_AMBIENT, SET_VMA.
          values: [1, 2, 3, 4, 7, 8, 15, 16, 21, 23, 24, 27, 28, 29, 30, 36, 37, 38, 39, 40, 47, 0x53564d41],
        },
      ],
    ],
    otherwise: EPERM,
  },
];

/** PR_SET_SECCOMP, and what it is set to. */
export const seccompMode = 22;
const modeFilter = 2;

/** The same call where a program may add a filter. */
export function addingFilters(call: ConditionalCall): ConditionalCall {
  if (call.name !== 'prctl') return call;
  const adding = [
    { argument: 0, mask: allBits, values: [seccompMode] },
    { argument: 1, mask: allBits, values: [modeFilter] },
  ];
  return { ...call, allowedWhen: [adding, ...call.allowedWhen] };
}
