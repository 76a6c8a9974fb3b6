//! What the unit tests build their captures from.

use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::bytes::Endian;

/// A xorshift generator: the same numbers in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// Numbers in one byte order, one behind the other.
pub(crate) struct Bytes {
    pub(crate) out: Vec<u8>,
    endian: Endian,
}

impl Bytes {
    pub(crate) fn new(endian: Endian) -> Self {
        Self {
            out: Vec::new(),
            endian,
        }
    }

    pub(crate) fn u16(mut self, number: u16) -> Self {
        match self.endian {
            Endian::Little => self.out.extend(number.to_le_bytes()),
            Endian::Big => self.out.extend(number.to_be_bytes()),
        }
        self
    }

    pub(crate) fn u32(mut self, number: u32) -> Self {
        match self.endian {
            Endian::Little => self.out.extend(number.to_le_bytes()),
            Endian::Big => self.out.extend(number.to_be_bytes()),
        }
        self
    }

    pub(crate) fn u64(mut self, number: u64) -> Self {
        match self.endian {
            Endian::Little => self.out.extend(number.to_le_bytes()),
            Endian::Big => self.out.extend(number.to_be_bytes()),
        }
        self
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.out.extend_from_slice(bytes);
        self
    }

    pub(crate) fn padded(mut self, bytes: &[u8]) -> Self {
        self.out.extend_from_slice(bytes);
        self.out.resize(self.out.len().next_multiple_of(4), 0);
        self
    }

    /// A pcapng option.
    pub(crate) fn option(self, code: u16, value: &[u8]) -> Self {
        self.u16(code).u16(value.len() as u16).padded(value)
    }

    /// All of this as the body of a pcapng block.
    pub(crate) fn block(self, block_type: u32) -> Vec<u8> {
        let total = self.out.len() as u32 + 12;
        let frame = Self::new(self.endian);
        frame.u32(block_type).u32(total).bytes(&self.out).u32(total).out
    }
}

/// A pcapng section header.
pub(crate) fn section(endian: Endian) -> Vec<u8> {
    Bytes::new(endian)
        .u32(0x1a2b_3c4d)
        .u16(1)
        .u16(0)
        .u64(u64::MAX)
        .block(0x0a0d_0d0a)
}

/// An enhanced packet block without options.
pub(crate) fn enhanced(endian: Endian, interface: u32, ticks: u64, data: &[u8], original: u32) -> Vec<u8> {
    Bytes::new(endian)
        .u32(interface)
        .u32((ticks >> 32) as u32)
        .u32(ticks as u32)
        .u32(data.len() as u32)
        .u32(original)
        .padded(data)
        .block(6)
}

/// An Ethernet frame with these VLAN tags.
pub(crate) fn ethernet(vlans: &[u16], ether_type: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::from([1, 0, 0x5e, 0, 0, 1, 2, 0, 0, 0, 0, 1]);
    for (index, id) in vlans.iter().enumerate() {
        let tag = if index + 1 < vlans.len() { 0x88a8u16 } else { 0x8100 };
        frame.extend(tag.to_be_bytes());
        frame.extend((0xa000 | id).to_be_bytes());
    }
    frame.extend(ether_type.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

pub(crate) const V4: (Ipv4Addr, Ipv4Addr) = (Ipv4Addr::new(10, 1, 1, 10), Ipv4Addr::new(239, 20, 1, 2));
pub(crate) const V6: (Ipv6Addr, Ipv6Addr) = (
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1),
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb),
);

/// An IPv4 packet. `place` is the word of flags and fragment offset.
pub(crate) fn ipv4(protocol: u8, identification: u16, place: u16, options: &[u8], payload: &[u8]) -> Vec<u8> {
    let words = 5 + options.len() / 4;
    let total = (words * 4 + payload.len()) as u16;
    let mut packet = Vec::from([0x40 | words as u8, 0xb8]);
    packet.extend(total.to_be_bytes());
    packet.extend(identification.to_be_bytes());
    packet.extend(place.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(V4.0.octets());
    packet.extend(V4.1.octets());
    packet.extend_from_slice(options);
    packet.extend_from_slice(payload);
    packet
}

/// An IPv6 packet.
pub(crate) fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::from([0x6b, 0x80, 0x12, 0x34]);
    packet.extend((payload.len() as u16).to_be_bytes());
    packet.extend([next_header, 255]);
    packet.extend(V6.0.octets());
    packet.extend(V6.1.octets());
    packet.extend_from_slice(payload);
    packet
}

/// A UDP datagram from port 5004 to port 5006.
pub(crate) fn udp(payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::from([0x13, 0x8c, 0x13, 0x8e]);
    datagram.extend((payload.len() as u16 + 8).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend_from_slice(payload);
    datagram
}

/// A TCP segment with four bytes of options, from port 104 to port 40000.
pub(crate) fn tcp(payload: &[u8]) -> Vec<u8> {
    let mut segment = Vec::from([
        0, 104, 0x9c, 0x40, 0, 0, 1, 0, 0, 0, 2, 0, 0x60, 0x18, 0x20, 0, 0, 0, 0, 0,
    ]);
    segment.extend([2, 4, 5, 0xb4]);
    segment.extend_from_slice(payload);
    segment
}

/// `length` bytes that differ from their neighbours.
pub(crate) fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 7 + i / 251) as u8).collect()
}
