package io.fastwhisper.download;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGateTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "0.1.2.3",
        "2130706433",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1"
      })
  void aSpecialAddressIsRefused(String host) {
    assertThrows(AddressGate.Forbidden.class, () -> new AddressGate(false).resolve(host));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "100.63.0.1",
        "172.32.0.1",
        "192.1.0.1",
        "198.20.0.1",
        "2a00:1450::1",
        "2001:4860::8888"
      })
  void aPublicAddressIsTaken(String host) throws Exception {
    assertTrue(AddressGate.isPublic(InetAddress.getByName(host)));
    assertEquals(InetAddress.getByName(host), new AddressGate(false).resolve(host));
  }

  @Test
  void privateAddressesAreTakenWhereTheyAreAllowed() throws Exception {
    assertEquals(InetAddress.getByName("127.0.0.1"), new AddressGate(true).resolve("127.0.0.1"));
  }
}
