//! What is wrong when a rule does not hold, why it matters, and how a sender puts it right.

use super::Id;

/// The explanation of a rule.
pub(super) const fn text(id: Id) -> &'static str {
    match id {
        Id::ExtensionMissing => {
            "The first packet of a Grain has no RTP header extension. Without it a receiver has neither the time of the \
             frame nor the identifiers of Source and Flow before it has put the Grain together. Set the X bit and send the \
             one-byte extension with the four identity elements on at least the first packet of every Grain, also of those \
             without a static part."
        }
        Id::ExtensionProfile => {
            "The extension is there, but its profile is not 0xBEDE. Receivers made after PS3.22 look for that profile alone \
             and will pass over all elements. The identity elements have at most 16 bytes and ids up to 14, so the one-byte \
             form of RFC 8285 holds them all: write it instead of the two-byte form or a private profile."
        }
        Id::IdentityMissing => {
            "At least one of PTP sync timestamp, PTP origin timestamp, source identifier and flow identifier is not on the \
             first packet. A receiver needs all four to align the Grain with audio and video and to know whose it is. Often \
             the element is there under an id that the SDP maps to something else, or only on the last packet."
        }
        Id::PayloadType => {
            "The RTP payload type is one of the static ones of RFC 3551, which already mean another encoding. Analysers and \
             receivers may decode the packets as telephone audio or MPEG. Use a dynamic payload type from 98 to 127, 104 \
             for example, and name it in the a=rtpmap line."
        }
        Id::PayloadTypeDiscouraged => {
            "96 and 97 are what video and audio flows of ST 2110 use by custom. A metadata flow with the same number works, \
             but equipment without the SDP will take it for video or audio. Configure another dynamic payload type, 104 \
             for example."
        }
        Id::Loss => {
            "Sequence numbers are missing: packets were lost on the way, or the capture itself dropped some. Whether the \
             network or the capture is to blame is told by other flows and by the drop counters of the capture. Look for \
             switch ports that are oversubscribed, multicast storms, and receive buffers that are too small. ST 2022-7 on \
             two paths makes up for it."
        }
        Id::Reordered => {
            "A packet came after one with a higher sequence number. It was put back in its place and nothing is lost, but \
             receivers with small buffers will drop it. Several paths of different length (link aggregation by packet), \
             several sending threads, or several capture queues are the usual causes."
        }
        Id::Duplicate => {
            "The same packet arrived twice on one path. It is dropped, and costs bandwidth. A mirror port that copies both \
             directions, a loop in the network, or both paths of ST 2022-7 on the same group and port are the usual causes."
        }
        Id::UdpSize => {
            "A datagram is longer than ST 2110-10 allows. The limit counts the UDP header and all of RTP, extension \
             included; it keeps datagrams whole on every network. Split the Grain into more packets: with the four identity \
             elements 1380 bytes of payload fit into the first one. Larger datagrams, up to 8960 bytes, must be declared with \
             MAXUDP in the a=fmtp line."
        }
        Id::Timestamp => {
            "RTP timestamp and sync timestamp of a Grain name different instants. The RTP timestamp is the sync timestamp in \
             ticks of the clock rate, rounded down, plus the offset of a=mediaclk:direct, modulo 2^32. Without an SDP the \
             offset is unknown and must only stay the same. Receivers align metadata and video by RTP timestamps, so a \
             wrong one puts the metadata on another frame. Derive both from one reading of the PTP clock."
        }
        Id::GrainIncomplete => {
            "Packets of this Grain are missing, so its payload cannot be judged, and a static part in it is lost until the \
             next one comes. The finding rtp.loss says where. A Grain that the beginning or end of the capture cuts is not \
             reported."
        }
        Id::PayloadPrefix => {
            "A payload of an RTV flow begins with 128 bytes of preamble and the letters DICM. This one does not, so a \
             receiver cannot tell that it is DICOM. Check that the preamble has exactly 128 bytes, that nothing was put \
             before it, and that every Grain begins with it, not only those with a static part."
        }
        Id::PayloadPreamble => {
            "The preamble holds something. That is allowed for an application profile, and no receiver may rely on it. \
             A sender without such a profile should write 128 bytes of 00H."
        }
        Id::MetaGroupLength => {
            "File Meta Information Group Length does not say where group 0002 ends. Strict readers skip by this number and \
             then read the data set from the wrong byte. Count all bytes behind the value of (0002,0000) up to and including \
             the last element of group 0002, padding included, and count again when an element is added."
        }
        Id::MetaMissing => {
            "An attribute that every payload must have is absent or empty: group length, transfer syntax, version, SOP class, \
             SOP instance, source or flow identifier. A receiver that joins in the middle has only this header to know what \
             the flow is, so all of them belong into every Grain."
        }
        Id::MetaVersion => {
            "There is only one version of the RTV Meta Information, 00H 01H, first byte first. 01H 00H is the usual mistake: \
             the value is OB and is not turned around for little endian."
        }
        Id::MetaSopClass => {
            "The SOP class is none of the four of real-time video: endoscopic image, photographic image, audio waveform, \
             rendition selection document. A storage SOP class of the same kind of image is the usual mistake. Receivers \
             choose by this UID what to do with the flow."
        }
        Id::MetaSamplingRate => {
            "RTV Flow RTP Sampling Rate must be in every Grain with a dynamic part and must be the clock rate that the SDP \
             gives the flow: that of the described video (90000) or audio (48000, 96000, 44100). A receiver turns RTP \
             timestamps into time with it. It is a rate of the RTP clock, not of frames."
        }
        Id::MetaUuid => {
            "Source and flow identifier are UUIDs of 16 raw bytes. A length of 36 is a UUID written as text, one of 18 or 20 \
             has bytes before or behind it. Write the bytes in the order of RFC 9562, without braces, dashes or padding."
        }
        Id::MetaIdentityMismatch => {
            "Payload and header extension name different Sources or Flows. Both mean the metadata flow itself; the \
             described video or audio is named in (0034,000A). A sender that writes the identifiers of the video into one of \
             the two places, or swaps Source and Flow, is the usual cause; so is a byte order of Windows GUIDs."
        }
        Id::MetaPrivate => {
            "Private Information has a meaning only with the UID of who defined it, and a creator without information says \
             nothing. Send both or none."
        }
        Id::SopInstance => {
            "The SOP Instance UID changed within one RTP session. An instance is what the whole session transports; a \
             receiver will start another object in the middle of the procedure. Begin a new RTP session, with a new SSRC, \
             when a new instance begins."
        }
        Id::StaticInterval => {
            "For more than a second no complete static part came. A receiver that joins meanwhile does not know the patient \
             and cannot show the video. One Grain period and 5 ms are granted on top of the second. Put the static part into \
             the first Grain and then into the first one of every second, counted by the clock and not by Grains, and do not \
             stretch it when the frame rate changes. Where packets were lost, nothing is reported."
        }
        Id::DynamicMissing => {
            "A Grain of audio or video metadata has no Current Frame Functional Groups Sequence (0006,0001). Each frame needs \
             at least its origin timestamp and frame content, also in Grains that carry the static part."
        }
        Id::DynamicIncomplete => {
            "The dynamic part has one Item with the functional groups that its IOD makes mandatory: Time of Frame with a \
             Frame Origin Timestamp of 10 bytes for all, Frame Content for video, too, though its Item may be empty. Without \
             them a frame has no time and no place in the sequence of frames."
        }
        Id::DynamicUnexpected => {
            "A rendition says which flows belong together. It has no frames of its own and thus no dynamic part: leave \
             (0006,0001) out. If the flow does describe audio or video, its SOP class is wrong."
        }
        Id::DynamicOriginMismatch => {
            "The origin timestamp in the header extension and the Frame Origin Timestamp in the payload say when the frame \
             was captured, and must be the same 10 bytes: 6 bytes of seconds and 4 of nanoseconds, big-endian, TAI. A \
             difference of 37 s is UTC in one of them; a small one is two readings of the clock; on replay both stay as \
             they were and only the sync timestamp changes."
        }
        Id::RenditionRate => {
            "A rendition must be sent at least once a second, so that a receiver that joins learns soon which flows belong \
             together. More than 1.005 s passed between two Grains. Where packets were lost, nothing is reported."
        }
        Id::DatasetTruncated => {
            "An element, Item or sequence claims more bytes than there are. Everything behind it is lost to a reader. \
             Buffers cut too short and lengths that were computed before the content changed are the usual causes. What lies \
             behind the break is not judged."
        }
        Id::DatasetOrder => {
            "Tags must ascend on each level and come once. Readers that search stop early and take an attribute for absent. \
             Sort the elements before writing; group 0002 comes first, then (0006,0001), then the static part."
        }
        Id::DatasetEncoding => {
            "The bytes break the encoding of Explicit VR Little Endian: an unknown VR, an odd length, a delimiter with a \
             length, an undefined length where it is not allowed, an element without VR, or bytes that are no element. \
             Readers lose their place there. What lies behind the break is not judged."
        }
        Id::DatasetSopMismatch => {
            "Static part and RTV Meta Information name different objects. (0008,0016) repeats (0002,0032), and (0008,0018) \
             repeats (0002,0033). Copies of a template whose UIDs were replaced in one place only are the usual cause."
        }
        Id::DatasetFlowUnmatched => {
            "The Real-Time Bulk Data Flow Sequence must list the flow that is described, with the same Transfer Syntax UID \
             and sampling rate as the RTV Meta Information: that is how a receiver finds it. Correct whichever of the two \
             is wrong."
        }
        Id::IodMissing => {
            "Attributes that mandatory modules of the IOD require are absent. Type 2 attributes may be empty but must be \
             there. Frame of Reference is required once a Camera Position is sent; Planar Configuration with more than one \
             sample per pixel; Specific Character Set once text has characters beyond ASCII. Endoscopic video needs an ICC \
             profile, photographic video does not."
        }
        Id::IodEmpty => {
            "A type 1 attribute is there without a value, or a type 1 sequence without Items. Receivers rely on the value. \
             If it is truly unknown, the standard mostly names a value for that; an empty one is allowed for type 2 only."
        }
        Id::ValueInvalid => {
            "A value does not fit its Value Representation: characters that are not allowed, too long, not a number, date or \
             time in the form of PS3.5, or more or fewer values than the dictionary allows. Many archives refuse objects \
             with such values, so the video cannot be stored later."
        }
        Id::SyncUnpaired => {
            "Metadata and described flow do not join: a Grain has an RTP timestamp that no frame has, or a frame has no \
             Grain. A receiver cannot say which metadata belongs to the frame. Derive both RTP timestamps from the same \
             reading of the clock, with the same clock rate, and send a Grain for each frame. Grains and frames that were \
             lost on the way are not reported. Audio is joined by range: a Grain lies among the samples."
        }
        Id::SyncOffset => {
            "What belongs to one instant reaches the receiver more than 10 ms apart in different flows of one rendition. \
             That is where PS3.17 puts local synchronisation, and it is what a surgeon begins to notice between image and \
             instrument. Look for different delays of encoders and for a sender whose PTP clock is off."
        }
        Id::SyncRate => {
            "RTP time and the capture's clock run apart by more than 0.01 %. Over minutes audio and video drift, and buffers \
             run full or empty. The sender is not locked to PTP, or the capture's clock is wrong: then all senders are off \
             by the same amount."
        }
        Id::SyncStep => {
            "The sender's time base jumped: arrival against RTP time changed by more than 3 ms from one group of eight Grains \
             to the next. A PTP slave that steps instead of slewing, a change of grandmaster, or a buffer that was emptied \
             are the usual causes."
        }
        Id::SdpMedia => {
            "A DICOM Metadata Flow is described as m=application with RTP/AVP and a=rtpmap:PT dicom/RATE. With anything else \
             receivers do not recognise it. The encoding name may be in upper or lower case."
        }
        Id::SdpClockRate => {
            "The clock rate of the a=rtpmap line must be that of the audio or video that the flow describes: RTP timestamps of \
             both are compared tick by tick. Write dicom/90000 beside video and dicom/48000 beside audio of 48 kHz."
        }
        Id::SdpTsRefclk => {
            "ST 2110-10 requires a=ts-refclk and a=mediaclk for each media section, in the section or for the whole session. \
             Without them a receiver does not know which clock timestamps follow, nor their offset. For ST 2110 write \
             a=ts-refclk:ptp=IEEE1588-2008:… and a=mediaclk:direct=0."
        }
        Id::SdpExtmap => {
            "Ids of header extension elements are local to a session and get their meaning from a=extmap. Without these lines \
             receivers must guess. Here they are found by length and by what the payload says, then by the usual preset: 1 \
             origin, 3 flow, 4 source, 5 flags, 7 sync, 9 duration."
        }
        Id::SdpMismatch => {
            "A flow was captured that is nearly what a section of the SDP describes: address, port and payload type agree but \
             for one, or one DICOM flow and one DICOM section remain without a partner. Receivers that follow the SDP get \
             nothing. Write the SDP from the sender's actual configuration. A section whose flow is merely not in the \
             capture is reported as information."
        }
    }
}
