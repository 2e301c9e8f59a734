// A test process must not outlive Vitest: when that is killed, the channel to it closes.
process.once('disconnect', () => process.exit(1));
