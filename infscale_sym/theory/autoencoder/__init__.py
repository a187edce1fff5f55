"""A linear variational autoencoder tried on images, with exact chances of success."""
