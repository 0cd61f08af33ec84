// How many files of system tests run at a time, each on a platform of its own. They wait more than they work: four keep two
// cores busy, three where each file does many times as much. One by one where somebody runs a few of them and reads along.

export const FILES_AT_ONCE = Number(process.env['NAAS_TEST_FILES_AT_ONCE'] ?? 1);
