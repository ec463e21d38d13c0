/**
 * Node.js cannot ask for the lock that Terraform takes (`fcntl`), so a small program does. It is given as text
 * to an interpreter of the system, takes its paths as arguments and a record on its standard input, and says
 * what came of it in one word and, where the lock is held, the process that holds it (0 if it cannot be seen):
 *
 * - `probe STATE INFO`: who holds the lock? `free`, `held PID`. Takes and changes nothing.
 * - `hold STATE INFO`: takes the lock, writes the record, says `locked`. Keeps it until its standard input
 *   ends, which it does at the latest when the editor dies; then it removes the record, if it is still the
 *   same, and with the end of the process the kernel gives the lock back.
 * - `clean STATE INFO`: takes the lock for a moment, in which nobody else can be writing the record, and
 *   removes the record if it is byte for byte the given one: `removed`, `changed`, `gone`, `held PID`.
 *
 * `failed REASON` wherever something else went wrong. Neither ever writes to the state file. A file that was
 * created for the lock stays, empty: Terraform may have opened it by then, and would write into a file that
 * is no longer there.
 */
export const pythonScript = `
import errno, fcntl, os, struct, sys

mode, state, info = sys.argv[1:4]
linux = sys.platform.startswith('linux')

def say(*words):
    print(*words, flush=True)

def holder(fd):
    layout = '@hhqqi' if linux else '@qqihh'
    ask = (fcntl.F_WRLCK, 0, 0, 0, 0) if linux else (0, 0, 0, fcntl.F_WRLCK, 0)
    answer = struct.unpack(layout, fcntl.fcntl(fd, fcntl.F_GETLK, struct.pack(layout, *ask)))
    kind, pid = (answer[0], answer[4]) if linux else (answer[3], answer[2])
    return None if kind == fcntl.F_UNLCK else max(pid, 0)

def is_same(fd):
    try:
        return os.path.samestat(os.fstat(fd), os.stat(state))
    except FileNotFoundError:
        return False

def locked():
    for _ in range(10):
        fd = os.open(state, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            say('held', holder(fd) or 0)
            return None
        if is_same(fd):
            return fd
        os.close(fd)
    say('failed', 'EBUSY')
    return None

def found():
    try:
        with open(info, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return None

def remove_if(record):
    there = found()
    if there is None:
        return 'gone'
    if there != record:
        return 'changed'
    os.unlink(info)
    return 'removed'

try:
    if mode == 'probe':
        by = holder(os.open(state, os.O_RDONLY))
        say('free') if by is None else say('held', by)
    elif mode == 'clean':
        record = sys.stdin.buffer.read()
        if locked() is not None:
            say(remove_if(record))
    elif mode == 'hold':
        record = sys.stdin.buffer.readline().rstrip(b'\\n')
        if record and locked() is not None:
            if os.path.lexists(info):
                os.unlink(info)
            fd = os.open(info, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(fd, record)
            os.close(fd)
            try:
                say('locked')
                sys.stdin.buffer.read()
            finally:
                remove_if(record)
except OSError as error:
    say('failed', errno.errorcode.get(error.errno, 'EIO'))
`;

/** The same in Perl, which macOS and the smallest Debian have. */
export const perlScript = `
use strict;
use Fcntl qw(:DEFAULT);
use Errno qw(EACCES EAGAIN ENOENT);

my ($mode, $state, $info) = @ARGV;
my $linux = $^O eq 'linux';
$| = 1;
$SIG{PIPE} = 'IGNORE';
binmode STDIN;

sub say_ { print join(' ', @_), "\\n" }
sub failed {
  my $code = $! + 0;
  my ($name) = grep { $!{$_} } keys %!;
  $! = $code;
  say_('failed', $name || 'EIO');
  exit 1;
}
sub packed { $linux ? pack('s s x4 q q i x4', $_[0], 0, 0, 0, 0) : pack('q q i s s', 0, 0, 0, $_[0], 0) }

sub holder {
  my ($fh) = @_;
  my $ask = packed(F_WRLCK);
  fcntl($fh, F_GETLK, $ask) or failed();
  my @answer = unpack($linux ? 's s x4 q q i' : 'q q i s s', $ask);
  my ($kind, $pid) = $linux ? @answer[0, 4] : @answer[3, 2];
  return $kind == F_UNLCK ? undef : $pid > 0 ? $pid : 0;
}

sub locked {
  for (1 .. 10) {
    sysopen(my $fh, $state, O_RDWR | O_CREAT, 0666) or failed();
    if (!fcntl($fh, F_SETLK, packed(F_WRLCK))) {
      failed() unless $! == EACCES || $! == EAGAIN;
      say_('held', holder($fh) || 0);
      return undef;
    }
    my @mine = stat($fh);
    my @there = stat($state);
    return $fh if @there && $mine[0] == $there[0] && $mine[1] == $there[1];
    close($fh);
  }
  say_('failed', 'EBUSY');
  return undef;
}

sub remove_if {
  my ($record) = @_;
  my $fh;
  if (!open($fh, '<:raw', $info)) {
    failed() unless $! == ENOENT;
    return 'gone';
  }
  local $/;
  my $there = <$fh>;
  close($fh);
  return 'changed' if (defined $there ? $there : '') ne $record;
  unlink($info) or failed();
  return 'removed';
}

if ($mode eq 'probe') {
  sysopen(my $fh, $state, O_RDONLY) or failed();
  my $by = holder($fh);
  defined $by ? say_('held', $by) : say_('free');
} elsif ($mode eq 'clean') {
  my $record = do { local $/; <STDIN> };
  $record = '' unless defined $record;
  my $fh = locked();
  say_(remove_if($record)) if $fh;
} elsif ($mode eq 'hold') {
  my $record = <STDIN>;
  exit 0 unless defined $record;
  chomp $record;
  my $fh = locked();
  if ($fh) {
    unlink($info) or failed() if -e $info || -l $info;
    sysopen(my $out, $info, O_WRONLY | O_CREAT | O_EXCL, 0600) or failed();
    syswrite($out, $record) == length($record) or failed();
    close($out);
    say_('locked');
    1 while sysread(STDIN, my $rest, 4096);
    remove_if($record);
  }
}
`;
