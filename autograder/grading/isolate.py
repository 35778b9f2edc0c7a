"""Shut a forked child in: namespaces, folders, user, limits, system calls. Linux only.

This runs inside the sandbox that `autograder.grading.sandbox` builds around the worker, right after
a fork, and keeps submissions from each other and from the worker. Every step that fails raises:
nothing of a learner's runs in a half-closed room.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)

# From <linux/sched.h>, <sys/mount.h>, <sys/prctl.h>.
NEW_NAMESPACES = 0x00020000 | 0x04000000 | 0x08000000  # mount, uts, ipc
NEW_PROCESSES = 0x20000000
NEW_USER = 0x10000000
NEW_ANY = 0x7E020000
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, REMOUNT, BIND = 1, 2, 4, 8, 32, 4096
RECURSIVE, PRIVATE = 16384, 1 << 18
SET_PARENT_DEATH_SIGNAL, SET_DUMPABLE, DROP_BOUND, NO_NEW_PRIVILEGES, AMBIENT = 1, 4, 24, 38, 47
CAPABILITY_VERSION_3 = 0x20080522

#: A submission's own folder.
HOME = "/submission"
#: Where a submission may write, and how much: bytes, files.
WRITABLE = {HOME: (1 << 26, 1000), "/tmp": (1 << 26, 1000), "/dev/shm": (1 << 26, 100)}
#: Processes and threads, open files.
PROCESSES, FILES = 64, 256
#: The first of the users that submissions run as where the grader is root.
FIRST_USER = 200_000
#: System calls that no notebook needs and that have opened many a sandbox.
REFUSED = (
    "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "mount", "umount2",
    "move_mount", "open_tree", "fsopen", "fsmount", "fsconfig", "fspick", "mount_setattr",
    "pivot_root", "chroot", "unshare", "setns", "keyctl", "add_key", "request_key", "bpf",
    "perf_event_open", "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd",
    "memfd_create", "memfd_secret", "init_module", "finit_module", "delete_module", "kexec_load",
    "kexec_file_load", "reboot", "swapon", "swapoff", "acct", "quotactl", "name_to_handle_at",
    "open_by_handle_at", "syslog", "settimeofday", "clock_settime", "adjtimex", "nfsservctl",
)


def system_call_filter():
    """Return the filter of system calls; made once, before any fork."""
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refuse = pyseccomp.ERRNO(errno.EPERM)
    for name in REFUSED:
        rules.add_rule(refuse, name)
    rules.add_rule(refuse, "socket", pyseccomp.Arg(0, pyseccomp.NE, 1))
    for flag in (1 << bit for bit in range(32) if NEW_ANY >> bit & 1):
        rules.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    # The flags of clone3 lie in memory, where a filter cannot look; the C library falls back.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    return rules


def stay_alone() -> None:
    """Refuse this process new processes, threads and programs."""
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in ("clone", "fork", "vfork", "execve", "execveat"):
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    rules.load()


def user_of(worker: int, count: int) -> int:
    """Return a user that no other running submission on this machine has.

    Limits of processes count by user, so two submissions that shared one could starve each other.

    Parameters
    ----------
    worker
        The process number of the worker, which runs one submission at a time.
    count
        How many submissions it has run.
    """
    return FIRST_USER + worker * 500 + count % 500


def settle() -> None:
    """Return in a process that may make namespaces; to be called before anything large is loaded.

    Root may already. An ordinary user becomes the master of a user namespace, and of a process
    namespace that belongs to it.
    """
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        return
    _call(LIBC.unshare, NEW_USER | NEW_PROCESSES)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    child = os.fork()
    if child:
        os.closerange(3, FILES)
        os.waitpid(child, 0)
        os._exit(1)
    die_with_parent()


def fork() -> int:
    """Fork a child that is the first process of a namespace of its own, which ends with it."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    _call(LIBC.unshare, NEW_PROCESSES)
    child = os.fork()
    if child:
        _call(LIBC.setns, own, NEW_PROCESSES)
    os.close(own)
    return child


def enter(rules, user: int, seconds: int) -> None:
    """Shut this process in for good.

    Parameters
    ----------
    rules
        The filter of system calls.
    user
        Whom the submission runs as where the grader is root.
    seconds
        Processor time a process may use.
    """
    _call(LIBC.unshare, NEW_NAMESPACES)
    die_with_parent()
    _mount()
    _limit(seconds)
    _drop(user if os.geteuid() == 0 else None)
    rules.load()
    die_with_parent()
    _call(LIBC.prctl, SET_DUMPABLE, 0, 0, 0, 0)


def _call(function, *arguments) -> None:
    if function(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{function.__name__}: {os.strerror(number)}")


def die_with_parent() -> None:
    """End when the parent ends; to be said again after each fork and change of user."""
    _call(LIBC.prctl, SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def _mount() -> None:
    _call(LIBC.mount, None, b"/", None, RECURSIVE | PRIVATE, None)
    _call(LIBC.mount, None, b"/dev", None, REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES,
          None)
    for place, (size, files) in WRITABLE.items():
        if place == "/tmp" and os.listdir(place):
            continue  # The interpreter lies under /tmp: it stays read-only.
        options = f"size={size},nr_inodes={files},mode=1777".encode()
        _call(LIBC.mount, b"tmpfs", place.encode(), b"tmpfs", NO_SETUID | NO_DEVICES, options)
    _call(LIBC.mount, b"proc", b"/proc", b"proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS,
          None)
    _call(LIBC.mount, b"devpts", b"/dev/pts", b"devpts", NO_SETUID | NO_PROGRAMS,
          b"newinstance,ptmxmode=0666,mode=620")


def _limit(seconds: int) -> None:
    limits = {resource.RLIMIT_NPROC: PROCESSES, resource.RLIMIT_NOFILE: FILES,
              resource.RLIMIT_CORE: 0, resource.RLIMIT_CPU: seconds,
              resource.RLIMIT_MEMLOCK: 1 << 16}
    for kind, value in limits.items():
        resource.setrlimit(kind, (value, value))


def _drop(user: int | None) -> None:
    """Give up root, every capability, and the way to new ones."""
    for capability in range(64):
        LIBC.prctl(DROP_BOUND, capability, 0, 0, 0)
    _call(LIBC.prctl, AMBIENT, 4, 0, 0, 0)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    _call(LIBC.capset, header, (ctypes.c_uint32 * 6)())
    _call(LIBC.prctl, NO_NEW_PRIVILEGES, 1, 0, 0, 0)
