package io.fastwhisper.bus;

/** All that travels on the bus. */
public sealed interface Message permits Command, StoreCommand, Event, Reply {}
