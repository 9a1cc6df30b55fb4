/**
 * The native core as Java sees it: models, lanes, window plans. Everything of {@code
 * io.fastwhisper.engine.abi} is generated from {@code fastwhisper.h} and used here alone.
 */
package io.fastwhisper.engine;
