/**
 * What a user may set, at one place: the tree of {@link io.fastwhisper.config.Configuration}, with
 * every default in its records, and how files, environment and command line change it. Knows no
 * other room.
 */
package io.fastwhisper.config;
