/**
 * The commands. Each deploys the same verticles as a server would, in one process, gives them a job
 * and shows how it goes. Standard output carries results, standard error what is said beside them.
 */
package io.fastwhisper.cli;
