package io.fastwhisper.download;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Decides which addresses a URL may lead to. A name is resolved once and the connection goes to the
 * address that was looked at, so that a name which changes its mind gains nothing; a name of which
 * any address is forbidden is refused.
 */
final class AddressGate {
  private final boolean privateAddresses;

  /** The address is not to be connected to. */
  static final class Forbidden extends Exception {
    Forbidden(String host, InetAddress address) {
      super(host + named(host, address) + " not an address of the public internet");
    }

    private static String named(String host, InetAddress address) {
      String ip = address.getHostAddress();
      return host.equals(ip) ? " is" : " is " + ip + ",";
    }
  }

  /**
   * @param privateAddresses whether loopback, private, link-local and other special addresses are
   *     allowed too
   */
  AddressGate(boolean privateAddresses) {
    this.privateAddresses = privateAddresses;
  }

  /** Resolves a host; blocks. */
  InetAddress resolve(String host) throws UnknownHostException, Forbidden {
    InetAddress[] addresses = InetAddress.getAllByName(host);
    for (InetAddress address : addresses) {
      if (!privateAddresses && !isPublic(address)) {
        throw new Forbidden(host, address);
      }
    }
    return addresses[0];
  }

  /**
   * False for every special-purpose range of the IANA registries (RFC 6890), and for IPv6 addresses
   * that carry an IPv4 one.
   */
  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] b = address.getAddress();
    int first = b[0] & 0xff;
    int second = b[1] & 0xff;
    int third = b[2] & 0xff;
    if (address instanceof Inet4Address) {
      boolean shared = first == 100 && (second & 0xc0) == 64;
      boolean protocols = first == 192 && second == 0 && (third == 0 || third == 2);
      boolean relay = first == 192 && second == 88 && third == 99;
      boolean benchmark = first == 198 && (second & 0xfe) == 18;
      boolean documentation =
          first == 198 && second == 51 && third == 100
              || first == 203 && second == 0 && third == 113;
      return first != 0
          && first < 240
          && !shared
          && !protocols
          && !relay
          && !benchmark
          && !documentation;
    }
    if (address instanceof Inet6Address) {
      boolean globalUnicast = (first & 0xe0) == 0x20;
      boolean sixToFour = first == 0x20 && second == 0x02;
      boolean protocols = first == 0x20 && second == 0x01 && third < 2;
      boolean documentation =
          first == 0x20 && second == 0x01 && third == 0x0d && (b[3] & 0xff) == 0xb8;
      return globalUnicast && !sixToFour && !protocols && !documentation;
    }
    return false;
  }
}
