package io.fastwhisper.web;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * By which names the server may be called. A web page of somebody else that has made its own name
 * lead here (DNS rebinding) calls the server by that name, and so reaches nothing.
 */
final class AllowedHosts {
  private final Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));

  /**
   * Of the configuration.
   *
   * @param host that the server listens at
   * @param more further names, with commas between them
   */
  AllowedHosts(String host, String more) {
    names.add(bracketed(host.toLowerCase(Locale.ROOT)));
    Arrays.stream(more.split(","))
        .map(name -> bracketed(name.strip().toLowerCase(Locale.ROOT)))
        .filter(name -> !name.isEmpty())
        .forEach(names::add);
  }

  /**
   * Whether this is one of them.
   *
   * @param authority as the request names it: a name or an address, and a port perhaps
   * @param localAddress at which the request came in; by it the server may be called, too
   */
  boolean allow(String authority, String localAddress) {
    String name = authority.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]*$", "");
    return names.contains(name) || name.equals(bracketed(localAddress));
  }

  private static String bracketed(String host) {
    String bare = host.replaceFirst("%.*$", "");
    return bare.contains(":") && !bare.startsWith("[") ? "[" + bare + "]" : bare;
  }
}
