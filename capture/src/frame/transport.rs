//! UDP (RFC 768) and TCP (RFC 9293) headers.

use super::ip::{Body, Ip};
use super::{Frame, Header, OtherKind, Protocol, Tcp, TcpFlags, Trace, other};

/// Bytes of a UDP header.
const UDP_HEADER: usize = 8;
/// Bytes of a TCP header without options.
const TCP_HEADER: usize = 20;

#[inline]
pub(super) fn udp<'a>(ip: &Ip, body: Body<'a>, trace: &mut impl Trace) -> Frame<'a> {
    let (Some(header), Some(mut payload)) = (body.bytes.first_chunk::<UDP_HEADER>(), body.behind(UDP_HEADER)) else {
        return other(OtherKind::Truncated("UDP header"), body.data, body.at, ip.vlans);
    };
    let length = u16::from_be_bytes([header[4], header[5]]);
    // 0: a jumbogram (RFC 2675 4), or segmentation offload.
    if length != 0 {
        let Some(declared) = u32::from(length).checked_sub(8) else {
            return other(OtherKind::Malformed("UDP length"), body.data, body.at, ip.vlans);
        };
        payload.bytes = payload.bytes.get(..declared as usize).unwrap_or(payload.bytes);
        payload.declared = declared;
    }
    trace.header(Header::Udp, body.at, UDP_HEADER);
    let ports = (
        u16::from_be_bytes([header[0], header[1]]),
        u16::from_be_bytes([header[2], header[3]]),
    );
    Frame::Datagram(ip.datagram(Protocol::Udp { length }, ports, payload))
}

#[inline]
pub(super) fn tcp<'a>(ip: &Ip, body: Body<'a>, trace: &mut impl Trace) -> Frame<'a> {
    let Some(header) = body.bytes.first_chunk::<TCP_HEADER>() else {
        return other(OtherKind::Truncated("TCP header"), body.data, body.at, ip.vlans);
    };
    let header_length = usize::from(header[12] >> 4) * 4;
    if header_length < TCP_HEADER || header_length > body.declared as usize {
        return other(OtherKind::Malformed("TCP data offset"), body.data, body.at, ip.vlans);
    }
    // The snaplen may have cut the options.
    let there = header_length.min(body.bytes.len());
    trace.header(Header::Tcp, body.at, there);
    let tcp = Tcp {
        sequence: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
        acknowledgement: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
        flags: TcpFlags(u16::from_be_bytes([header[12] & 0x0f, header[13]])),
        window: u16::from_be_bytes([header[14], header[15]]),
        options: body.bytes.get(TCP_HEADER..there).unwrap_or_default(),
    };
    let ports = (
        u16::from_be_bytes([header[0], header[1]]),
        u16::from_be_bytes([header[2], header[3]]),
    );
    let payload = Body {
        data: body.data,
        at: body.at + there,
        bytes: body.bytes.get(there..).unwrap_or_default(),
        declared: body
            .declared
            .saturating_sub(u32::try_from(header_length).unwrap_or(u32::MAX)),
    };
    let mut datagram = ip.datagram(Protocol::Tcp(tcp), ports, payload);
    datagram.truncated |= there < header_length;
    Frame::Datagram(datagram)
}
