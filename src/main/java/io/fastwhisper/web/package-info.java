/**
 * The HTTP server: the routes of {@code openapi.yaml}, the progress feeds and the page. It stands
 * at a door of the house and so knows all rooms; it speaks to them by the bus alone.
 *
 * <p>Everything runs on one event loop, the one of {@link io.fastwhisper.web.WebVerticle}; nothing
 * in it blocks, and its state needs no locks.
 */
package io.fastwhisper.web;
