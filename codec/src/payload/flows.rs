//! The flows that a payload describes: the Real-Time Bulk Data Flow Module (PS3.3 C.7.6.26).

use uuid::Uuid;

use crate::dataset::{DataSet, Item, Items};
use crate::tag::Tag;

/// Real-Time Bulk Data Flow Sequence.
const BULK_DATA_FLOW_SEQUENCE: Tag = Tag::new(0x0034, 0x000A);
/// Source Identifier.
const SOURCE_IDENTIFIER: Tag = Tag::new(0x0034, 0x0005);
/// Flow Identifier Sequence.
const FLOW_IDENTIFIER_SEQUENCE: Tag = Tag::new(0x0034, 0x0001);
/// Flow Identifier.
const FLOW_IDENTIFIER: Tag = Tag::new(0x0034, 0x0002);
/// Flow Transfer Syntax UID.
const FLOW_TRANSFER_SYNTAX_UID: Tag = Tag::new(0x0034, 0x0003);
/// Flow RTP Sampling Rate.
const FLOW_RTP_SAMPLING_RATE: Tag = Tag::new(0x0034, 0x0004);

/// A video or audio flow. Each value is `None` where its element is absent or has the wrong form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkDataFlow<'a> {
    /// Source Identifier (0034,0005): the Source of the flow.
    pub source_id: Option<Uuid>,
    /// Flow Identifier (0034,0002).
    pub flow_id: Option<Uuid>,
    /// Flow Transfer Syntax UID (0034,0003).
    pub transfer_syntax_uid: Option<&'a str>,
    /// Flow RTP Sampling Rate (0034,0004), in Hz.
    pub sampling_rate: Option<u32>,
}

/// The flows of all sources, in the order of the data set.
#[derive(Clone, Debug)]
pub struct BulkDataFlows<'d, 'a> {
    sources: Option<Items<'d, 'a>>,
    source: Option<Item<'d, 'a>>,
    flows: Option<Items<'d, 'a>>,
}

impl<'d, 'a> BulkDataFlows<'d, 'a> {
    pub(crate) fn new(set: &'d DataSet<'a>) -> Self {
        Self {
            sources: set.get(BULK_DATA_FLOW_SEQUENCE).map(|sequence| sequence.items()),
            source: None,
            flows: None,
        }
    }
}

impl<'a> Iterator for BulkDataFlows<'_, 'a> {
    type Item = BulkDataFlow<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(flow) = self.flows.as_mut().and_then(Iterator::next) {
                return Some(BulkDataFlow {
                    source_id: self.source.and_then(|source| source.get(SOURCE_IDENTIFIER)?.uuid()),
                    flow_id: flow.get(FLOW_IDENTIFIER).and_then(|e| e.uuid()),
                    transfer_syntax_uid: flow.get(FLOW_TRANSFER_SYNTAX_UID).and_then(|e| e.uid()),
                    sampling_rate: flow.get(FLOW_RTP_SAMPLING_RATE).and_then(|e| e.u32()),
                });
            }
            let source = self.sources.as_mut()?.next()?;
            self.source = Some(source);
            self.flows = source.get(FLOW_IDENTIFIER_SEQUENCE).map(|sequence| sequence.items());
        }
    }
}
