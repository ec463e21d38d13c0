import assert from 'node:assert/strict';
import {
  deviceName,
  mountDevice,
  parseKernelLocks,
} from '../../../../src/backends/local/kernelLocks';

describe("the kernel's list of locks", () => {
  it('tells process, device and inode of every lock that refuses another, and not of those who wait', () => {
    const text = `1: POSIX  ADVISORY  WRITE 4711 fe:00:2303158 0 EOF
1: -> POSIX  ADVISORY  WRITE 4712 fe:00:2303158 0 EOF
2: FLOCK  ADVISORY  WRITE 900 fe:00:17 0 EOF
3: POSIX  ADVISORY  READ 4713 00:1b:99 128 128
4: OFDLCK ADVISORY  WRITE -1 103:0a:5 0 0
5: LEASE  ACTIVE    READ 33 fe:00:6 0 EOF
`;
    assert.deepEqual(parseKernelLocks(text), [
      { pid: 4711, device: 'fe:00', inode: '2303158' },
      { pid: 4713, device: '00:1b', inode: '99' },
      { pid: 0, device: '103:0a', inode: '5' },
    ]);
    assert.deepEqual(parseKernelLocks(''), []);
  });

  it('writes devices as hexadecimal numbers, large ones whole', () => {
    assert.equal(deviceName(0xfe00n), 'fe:00');
    assert.equal(deviceName(0x1bn), '00:1b');
    // 259:10 and 8:300, as `makedev` packs them.
    assert.equal(deviceName((0x103n << 8n) | 0x0an), '103:0a');
    assert.equal(deviceName((0x8n << 8n) | 0x2cn | (0x100n << 12n)), '08:12c');
  });

  it("takes a file's device from the innermost mount, and the last one where several cover each other", () => {
    const mounts = `21 26 0:20 / /proc rw - proc proc rw
26 1 254:0 / / rw - ext4 /dev/vda rw
30 26 0:44 /home /home rw - btrfs /dev/vdb rw
31 30 0:45 / /home/a\\040b rw - btrfs /dev/vdc rw
32 30 0:46 / /home/a\\040b rw - btrfs /dev/vdd rw
`;
    assert.equal(mountDevice(mounts, '/etc/x'), 'fe:00');
    assert.equal(mountDevice(mounts, '/home/x'), '00:2c');
    assert.equal(mountDevice(mounts, '/homes/x'), 'fe:00');
    assert.equal(mountDevice(mounts, '/home/a b/terraform.tfstate'), '00:2e');
    assert.equal(mountDevice('', '/x'), undefined);
  });
});
