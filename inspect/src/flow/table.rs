//! The table of flows: which packet belongs to which.
//!
//! Datagrams of one pair of endpoints are a conversation. What looks like RTP in it is told apart by SSRC: a sender that
//! changes the payload type goes on with its sequence numbers;
//! each such candidate becomes a flow of its own once it is proven (see [`Candidate`](super::candidate)), and is counted
//! with the rest of its conversation if it never is.

use std::collections::HashMap;

use grainscope_capture::frame::Endpoint;

use dicom_rtv::grain::Grain;

use super::bulk::Frames;
use super::state::{FlowState, Stage};

/// Source and destination, and the IP protocol number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) source: Endpoint,
    pub(crate) destination: Endpoint,
    pub(crate) protocol: u8,
}

/// Candidates of one conversation that wait for proof at a time. Noise that looks like RTP has a new SSRC in each packet.
const CANDIDATES: usize = 8;

/// RTP flows of one conversation that are found by going through a list.
const FEW: usize = 16;

/// All packets between two endpoints in one direction.
#[derive(Debug, Default)]
struct Conversation {
    /// The first RTP flows and candidates: SSRC and slot. A list is fastest; the rest is in [`FlowTable::many`].
    rtp: Vec<(u32, u32)>,
    /// Slots of candidates, the oldest first. Some of them may be proven by now.
    candidates: Vec<u32>,
    /// The flow of everything else.
    plain: Option<u32>,
}

/// The flows of a session, by slot.
#[derive(Debug)]
pub(crate) struct FlowTable {
    conversations: HashMap<Key, u32>,
    list: Vec<Conversation>,
    /// Slots of RTP flows by conversation and SSRC, where there are more than a few.
    many: HashMap<(u32, u32), u32>,
    /// The conversation of the packet before: packets come in bursts.
    latest: Option<(Key, u32)>,
    pub(crate) flows: Vec<FlowState>,
    /// Slots of the flows that are shown, in order of their public numbers.
    public: Vec<u32>,
    limit: u32,
    /// Packets beyond the limit of flows.
    pub(crate) overflow: u64,
    /// Bytes of payload held back by flows that may be DICOM.
    pub(crate) held_bytes: u64,
}

impl FlowTable {
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            conversations: HashMap::new(),
            list: Vec::new(),
            many: HashMap::new(),
            latest: None,
            flows: Vec::new(),
            public: Vec::new(),
            limit,
            overflow: 0,
            held_bytes: 0,
        }
    }

    /// The slots of the flows that are shown, by public number.
    pub(crate) fn public(&self) -> &[u32] {
        &self.public
    }

    /// The public number of a slot; `None` for one that is not shown (yet).
    pub(crate) fn number(&self, slot: u32) -> Option<u32> {
        let flow = self.flows.get(slot as usize)?;
        match flow.merged_into {
            Some(plain) => self.flows.get(plain as usize)?.number,
            None => flow.number,
        }
    }

    /// The flow of a public number.
    pub(crate) fn by_number(&self, number: u32) -> Option<&FlowState> {
        self.flows.get(*self.public.get(number as usize)? as usize)
    }

    /// The slot for an RTP packet; `None` if nothing more is told apart here and it counts as plain.
    pub(crate) fn rtp_slot(&mut self, key: Key, ssrc: u32, payload_type: u8) -> Option<u32> {
        let index = self.conversation(key)?;
        let conversation = self.list.get_mut(index as usize)?;
        if let Some(&(_, slot)) = conversation.rtp.iter().find(|(known, _)| *known == ssrc) {
            return Some(slot);
        }
        if conversation.rtp.len() >= FEW
            && let Some(&slot) = self.many.get(&(index, ssrc))
        {
            return Some(slot);
        }
        let flows = &self.flows;
        let is_candidate = |slot: &u32| flows.get(*slot as usize).is_some_and(|f| f.stage == Stage::Candidate);
        conversation.candidates.retain(is_candidate);
        if conversation.candidates.len() >= CANDIDATES {
            // The oldest makes room: it had its chance.
            let oldest = conversation.candidates.remove(0);
            let known = flows
                .get(oldest as usize)
                .and_then(|flow| flow.rtp)
                .map(|(ssrc, _)| ssrc)?;
            conversation.rtp.retain(|(_, slot)| *slot != oldest);
            self.many.remove(&(index, known));
            self.merge(key, oldest);
        }
        let slot = self.add(FlowState::new(key, Some((ssrc, payload_type))))?;
        let conversation = self.list.get_mut(index as usize)?;
        conversation.candidates.push(slot);
        if conversation.rtp.len() < FEW {
            conversation.rtp.push((ssrc, slot));
        } else {
            self.many.insert((index, ssrc), slot);
        }
        Some(slot)
    }

    /// The slot for a packet that is not RTP.
    pub(crate) fn plain_slot(&mut self, key: Key) -> Option<u32> {
        let index = self.conversation(key)?;
        if let Some(slot) = self.list.get(index as usize)?.plain {
            return Some(slot);
        }
        let slot = self.add(FlowState::new(key, None))?;
        self.list.get_mut(index as usize)?.plain = Some(slot);
        self.publish(slot);
        Some(slot)
    }

    /// Gives a proven flow its public number.
    pub(crate) fn publish(&mut self, slot: u32) {
        let number = self.public.len() as u32;
        if let Some(flow) = self.flows.get_mut(slot as usize)
            && flow.number.is_none()
        {
            flow.number = Some(number);
            self.public.push(slot);
        }
    }

    /// A flow turned out to be DICOM: the Grains that waited for this.
    pub(crate) fn become_dicom(&mut self, slot: u32) -> Vec<Grain> {
        self.publish(slot);
        let Some(flow) = self.flows.get_mut(slot as usize) else {
            return Vec::new();
        };
        self.held_bytes = self.held_bytes.saturating_sub(std::mem::take(&mut flow.held_bytes));
        flow.stage = Stage::Dicom;
        flow.frames = Frames::default();
        flow.gaps.clear();
        std::mem::take(&mut flow.held)
    }

    /// A flow is not taken for DICOM any longer: its payload is not kept. A candidate goes on waiting for its proof.
    pub(crate) fn give_up(&mut self, slot: u32) {
        let Some(flow) = self.flows.get_mut(slot as usize) else {
            return;
        };
        if flow.stage == Stage::Dicom {
            return;
        }
        self.held_bytes = self.held_bytes.saturating_sub(std::mem::take(&mut flow.held_bytes));
        if flow.stage == Stage::Undecided {
            flow.become_bulk();
        } else {
            flow.drop_buffers();
        }
    }

    /// Counts what was never proven with the rest of its conversation.
    pub(crate) fn merge_candidates(&mut self) {
        for slot in 0..self.flows.len() as u32 {
            let Some(flow) = self.flows.get(slot as usize) else {
                continue;
            };
            if flow.stage == Stage::Candidate && flow.merged_into.is_none() {
                self.merge(flow.key, slot);
            }
        }
    }

    fn merge(&mut self, key: Key, slot: u32) {
        let Some(plain) = self.plain_slot(key) else { return };
        let Some(candidate) = self.flows.get_mut(slot as usize) else {
            return;
        };
        candidate.merged_into = Some(plain);
        candidate.drop_buffers();
        self.held_bytes = self
            .held_bytes
            .saturating_sub(std::mem::take(&mut candidate.held_bytes));
        let (packets, bytes, first, last) = (
            candidate.packets,
            candidate.bytes,
            candidate.first_ns,
            candidate.last_ns,
        );
        if let Some(flow) = self.flows.get_mut(plain as usize) {
            flow.packets += packets;
            flow.bytes += bytes;
            flow.saw(first);
            flow.saw(last);
        }
    }

    fn conversation(&mut self, key: Key) -> Option<u32> {
        if let Some((latest, index)) = self.latest
            && latest == key
        {
            return Some(index);
        }
        let index = match self.conversations.get(&key) {
            Some(&index) => index,
            None if self.list.len() >= self.limit as usize => return None,
            None => {
                let index = self.list.len() as u32;
                self.list.push(Conversation::default());
                self.conversations.insert(key, index);
                index
            }
        };
        self.latest = Some((key, index));
        Some(index)
    }

    fn add(&mut self, flow: FlowState) -> Option<u32> {
        // Candidates come and go; twice the limit bounds them together with the flows.
        if self.flows.len() >= self.limit as usize * 2 || self.public.len() >= self.limit as usize {
            return None;
        }
        let slot = self.flows.len() as u32;
        self.flows.push(flow);
        Some(slot)
    }
}
