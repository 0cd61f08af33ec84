// Ends the process of a test file when the run that started it is gone, however it went: whatever the file has started hangs
// on a leash that this process holds.
process.once('disconnect', () => process.exit(1));
