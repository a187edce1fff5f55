"""Best of k answers by a judge that is not the teacher."""
