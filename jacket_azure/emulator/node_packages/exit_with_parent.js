// Loaded before Azurite: ends it when the emulator's end of stdin closes, so
// that an emulator killed with SIGKILL leaves no server behind.
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.resume();
process.stdin.unref();
