"""IP addresses as Kubernetes reads them.

Source: k8s.io/utils/net (ParseIPSloppy)
"""

from ipaddress import IPv4Address, IPv6Address


def parse_ip(text: str) -> IPv4Address | IPv6Address:
    """The address; IPv4 numbers may begin with zeros, and IPv4 in IPv6 notation counts as IPv4.

    Raises ValueError if it is malformed, which the apiserver does not admit.
    Source: k8s.io/utils/net (ParseIPSloppy)
    """
    if ":" not in text:
        return IPv4Address(".".join(number.lstrip("0") or number[:1] for number in text.split(".")))
    address = IPv6Address(text)
    return address.ipv4_mapped or address
