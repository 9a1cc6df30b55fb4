/**
 * What outlives the process: jobs, how they ended, and what was heard in which sound. An SQLite
 * database in the server's data folder, touched by one thread.
 */
package io.fastwhisper.store;
